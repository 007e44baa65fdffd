//! ApplyResourceChange: create, update or delete.

use crate::diagnostic::Diagnostics;
use crate::engine::ApplyRequest;
use crate::proto::apply_resource_change::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{identity, read, said, write};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.type_name)?;
    let ty = &entry.shape.ty;
    let provider = server.configured.required()?;
    let apply = ApplyRequest {
        prior: read(request.prior_state.as_ref(), ty)?,
        planned: read(request.planned_state.as_ref(), ty)?,
        config: read(request.config.as_ref(), ty)?,
        private: request.planned_private,
        stop: server.stop.listen(),
    };
    let applied = entry.object.apply(&entry.shape, apply, &provider).await;
    Ok(Response {
        new_state: Some(write(&applied.state, ty)?),
        private: applied.private,
        diagnostics: said(&applied.diagnostics),
        legacy_type_system: false,
        new_identity: identity(&entry.shape, &applied.state)?,
    })
}
