//! ReadResource: what is there now.

use crate::diagnostic::Diagnostics;
use crate::engine::ReadRequest;
use crate::guard;
use crate::proto::Deferred;
use crate::proto::deferred::Reason;
use crate::proto::read_resource::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::answer::Answer;
use crate::server::registry::find;
use crate::server::wire::{read, read_identity, said, write, write_identity};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.type_name)?;
    let (shape, ty) = (&entry.shape, &entry.shape.ty);
    let Some(provider) = server.configured.get()? else {
        let may_defer = request
            .client_capabilities
            .unwrap_or_default()
            .deferral_allowed;
        let reason = Reason::ProviderConfigUnknown.into();
        let deferred = may_defer.then_some(Deferred { reason });
        return Ok(Response {
            deferred,
            ..Response::keeping(&request)
        });
    };
    let prior_identity = read_identity(request.current_identity.as_ref(), shape)?;
    let looked = ReadRequest {
        state: read(request.current_state.as_ref(), ty)?,
        private: request.private,
        stop: server.stop.listen(),
    };
    let mut answer = entry.object.read(shape, &looked, &provider).await;
    let identity = shape.identity_of(&answer.state);
    if !answer.diagnostics.has_errors() {
        let check = guard::Read {
            schema: &shape.schema,
            new: &answer.state,
            prior_identity: prior_identity.as_ref(),
            new_identity: identity.as_ref(),
        };
        answer
            .diagnostics
            .extend(server.guard.check(&shape.type_name, || check.breaches()));
    }
    Ok(Response {
        new_state: Some(write(&answer.state, ty)?),
        diagnostics: said(&answer.diagnostics),
        private: answer.private,
        deferred: None,
        new_identity: write_identity(identity.as_ref(), shape)?,
    })
}
