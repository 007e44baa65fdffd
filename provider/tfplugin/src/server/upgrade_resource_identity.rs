//! UpgradeResourceIdentity: a stored identity as the current schema has it. There is one version of each.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::proto::ResourceIdentityData;
use crate::proto::upgrade_resource_identity::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::write;
use crate::value::json;

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.type_name)?;
    let Some(ty) = &entry.shape.identity else {
        return Ok(Response::default());
    };
    let stored = request.raw_identity.unwrap_or_default();
    let identity = json::decode(&stored.json, ty).map_err(|error| {
        let detail = format!(
            "The stored identity of this `{}` cannot be read: {error}.\n\n\
             Remove the resource from the state and import it again.\n\nidentity-unreadable",
            request.type_name
        );
        Diagnostic::error("Stored identity cannot be read", detail)
    })?;
    let identity_data = Some(write(&identity, ty)?);
    let upgraded_identity = Some(ResourceIdentityData { identity_data });
    Ok(Response {
        upgraded_identity,
        diagnostics: Vec::new(),
    })
}
