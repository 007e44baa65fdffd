//! PlanAction: what invoking it would meet.

use crate::diagnostic::Diagnostics;
use crate::proto::plan_action::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, said};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.actions, &request.action_type)?;
    let config = read(request.config.as_ref(), &entry.shape.ty)?;
    let Some(provider) = server.configured.get()? else {
        return Ok(Response::default());
    };
    let diagnostics = entry.object.plan(config, &provider).await;
    Ok(Response {
        diagnostics: said(&diagnostics),
        deferred: None,
    })
}
