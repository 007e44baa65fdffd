//! PlanResourceChange: what apply will do.

use crate::diagnostic::Diagnostics;
use crate::engine::PlanRequest;
use crate::guard;
use crate::proto::deferred::Reason;
use crate::proto::plan_resource_change::{Request, Response};
use crate::proto::{AttributePath, Deferred};
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
    let mut planned = entry.object.plan(shape, &plan, provider.as_deref()).await;
    let identity = shape.identity_of(&planned.state);
    if !planned.diagnostics.has_errors() {
        let prior_identity = read_identity(request.prior_identity.as_ref(), shape)?;
        let check = guard::Plan {
            schema: &shape.schema,
            prior: &plan.prior,
            config: &plan.config,
            planned: &planned.state,
            requires_replace: &planned.replace,
            legacy_type_system: false,
            prior_identity: prior_identity.as_ref(),
            planned_identity: identity.as_ref(),
        };
        let breach = server.guard.check(&shape.type_name, || check.breaches());
        planned.diagnostics.extend(breach);
    }
    Ok(Response {
        planned_state: Some(write(&planned.state, ty)?),
        requires_replace: planned.replace.iter().map(AttributePath::from).collect(),
        planned_private: planned.private,
        diagnostics: said(&planned.diagnostics),
        legacy_type_system: false,
        deferred: reason.map(|reason| Deferred {
            reason: reason.into(),
        }),
        planned_identity: write_identity(identity.as_ref(), shape)?,
    })
}
