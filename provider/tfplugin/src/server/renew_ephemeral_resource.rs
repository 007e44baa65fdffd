//! RenewEphemeralResource.

use prost_types::Timestamp;

use crate::diagnostic::Diagnostics;
use crate::proto::renew_ephemeral_resource::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;

use crate::server::wire::said;

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.ephemeral, &request.type_name)?;
    let provider = server.configured.required()?;
    let private = request.private.unwrap_or_default();
    let leased = entry
        .object
        .renew(private, server.stop.listen(), &provider)
        .await;
    Ok(Response {
        diagnostics: said(&leased.diagnostics),
        renew_at: leased.renew_at.map(Timestamp::from),
        private: Some(leased.private),
    })
}
