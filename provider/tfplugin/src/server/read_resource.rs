//! ReadResource: what is there now.

use crate::diagnostic::Diagnostics;
use crate::engine::ReadRequest;
use crate::proto::Deferred;
use crate::proto::deferred::Reason;
use crate::proto::read_resource::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::answer::Answer;
use crate::server::registry::find;
use crate::server::wire::{identity, read, said, write};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.type_name)?;
    let ty = &entry.shape.ty;
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
    let looked = ReadRequest {
        state: read(request.current_state.as_ref(), ty)?,
        private: request.private,
        stop: server.stop.listen(),
    };
    let answer = entry.object.read(&entry.shape, looked, &provider).await;
    Ok(Response {
        new_state: Some(write(&answer.state, ty)?),
        diagnostics: said(&answer.diagnostics),
        private: answer.private,
        deferred: None,
        new_identity: identity(&entry.shape, &answer.state)?,
    })
}
