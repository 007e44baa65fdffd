//! UpgradeResourceState: stored JSON as the current schema has it. Runs for every resource in every command.

use crate::diagnostic::Diagnostics;
use crate::proto::upgrade_resource_state::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::write;

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.type_name)?;
    let stored = request.raw_state.unwrap_or_default();
    let state = entry
        .object
        .upgrade(&entry.shape, request.version, &stored.json)?;
    let upgraded_state = Some(write(&state, &entry.shape.ty)?);
    Ok(Response {
        upgraded_state,
        diagnostics: Vec::new(),
    })
}
