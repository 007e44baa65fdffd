//! CloseEphemeralResource.

use crate::diagnostic::Diagnostics;
use crate::proto::close_ephemeral_resource::{Request, Response};
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
    let diagnostics = entry
        .object
        .close(private, server.stop.listen(), &provider)
        .await;
    Ok(Response {
        diagnostics: said(&diagnostics),
    })
}
