//! ApplyResourceChange: create, update or delete.

use crate::diagnostic::Diagnostics;
use crate::engine::ApplyRequest;
use crate::guard;
use crate::proto::apply_resource_change::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, read_identity, said, write, write_identity};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.type_name)?;
    let (shape, ty) = (&entry.shape, &entry.shape.ty);
    let provider = server.configured.required()?;
    let planned_identity = read_identity(request.planned_identity.as_ref(), shape)?;
    let apply = ApplyRequest {
        prior: read(request.prior_state.as_ref(), ty)?,
        planned: read(request.planned_state.as_ref(), ty)?,
        config: read(request.config.as_ref(), ty)?,
        private: request.planned_private,
        stop: server.stop.listen(),
    };
    let mut applied = entry.object.apply(shape, &apply, &provider).await;
    let identity = shape.identity_of(&applied.state);
    let check = guard::Apply {
        schema: &shape.schema,
        prior: &apply.prior,
        planned: &apply.planned,
        new: &applied.state,
        failed: applied.diagnostics.has_errors(),
        legacy_type_system: false,
        planned_identity: planned_identity.as_ref(),
        new_identity: identity.as_ref(),
    };
    let breach = server.guard.check(&shape.type_name, || check.breaches());
    applied.diagnostics.extend(breach);
    Ok(Response {
        new_state: Some(write(&applied.state, ty)?),
        private: applied.private,
        diagnostics: said(&applied.diagnostics),
        legacy_type_system: false,
        new_identity: write_identity(identity.as_ref(), shape)?,
    })
}
