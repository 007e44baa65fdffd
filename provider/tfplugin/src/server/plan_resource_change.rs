//! PlanResourceChange: what apply will do.

use crate::diagnostic::Diagnostics;
use crate::engine::PlanRequest;
use crate::proto::deferred::Reason;
use crate::proto::plan_resource_change::{Request, Response};
use crate::proto::{AttributePath, Deferred};
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
    let provider = server.configured.get()?;
    let may_defer = request
        .client_capabilities
        .unwrap_or_default()
        .deferral_allowed;
    let reason = (provider.is_none() && may_defer).then_some(Reason::ProviderConfigUnknown);
    let plan = PlanRequest {
        prior: read(request.prior_state.as_ref(), ty)?,
        proposed: read(request.proposed_new_state.as_ref(), ty)?,
        config: read(request.config.as_ref(), ty)?,
        private: request.prior_private,
        first: request.planned_private,
        stop: server.stop.listen(),
    };
    let planned = entry
        .object
        .plan(&entry.shape, plan, provider.as_deref())
        .await;
    Ok(Response {
        planned_state: Some(write(&planned.state, ty)?),
        requires_replace: planned.replace.iter().map(AttributePath::from).collect(),
        planned_private: planned.private,
        diagnostics: said(&planned.diagnostics),
        legacy_type_system: false,
        deferred: reason.map(|reason| Deferred {
            reason: reason.into(),
        }),
        planned_identity: identity(&entry.shape, &planned.state)?,
    })
}
