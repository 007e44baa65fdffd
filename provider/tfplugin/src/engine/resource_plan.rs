//! Planning a managed resource.

use crate::diagnostic::Diagnostics;
use crate::engine::resource::{PlanRequest, Planned};
use crate::engine::{Shape, compute, contained, replace, settle, typed};
use crate::outcome::{Outcome, Report, Stop};
use crate::private;
use crate::provider::StateOf;
use crate::resource::{Destroy, Plan, Resource};
use crate::value::Value;

/// Plans what the schema says, then asks `R`.
pub(super) async fn plan<R: Resource>(
    shape: &Shape,
    request: &PlanRequest,
    provider: Option<&StateOf<R::Provider>>,
) -> Planned {
    if request.proposed.is_null() {
        return plan_destroy::<R>(request, provider).await;
    }
    let mut diagnostics = Diagnostics::new();
    let Some(mut plan) = prepare::<R>(shape, request, &mut diagnostics) else {
        return Planned {
            state: request.proposed.clone(),
            replace: Vec::new(),
            private: request.private.clone(),
            diagnostics,
        };
    };
    if let Some(provider) = provider {
        let outcome = contained(R::plan(&mut plan, provider)).await;
        said(outcome, &mut diagnostics);
    }
    finish(shape, plan, diagnostics)
}

/// What `R` is given: everything that follows from the schema is decided.
fn prepare<R: Resource>(
    shape: &Shape,
    request: &PlanRequest,
    diagnostics: &mut Diagnostics,
) -> Option<Plan<R>> {
    let config = typed::<R>(&request.config, diagnostics);
    let prior = if request.prior.is_null() {
        None
    } else {
        Some(typed::<R>(&request.prior, diagnostics)?)
    };
    let config = config?;
    let mut written = config.clone();
    if let Some(prior) = &prior {
        written.keep_form(prior);
    }
    let before = prior.as_ref().map_or(Value::Null, R::encode);
    let planned = compute::planned(&shape.schema.block, &written.encode(), &before);
    let planned = typed::<R>(&planned, diagnostics)?;
    let first = (!request.first.is_empty()).then(|| private::decode(&request.first, diagnostics));
    Some(Plan {
        prior,
        config,
        planned,
        private: private::decode(&request.private, diagnostics),
        first,
        report: Report::new(),
        stop: request.stop.clone(),
        replace: Vec::new(),
    })
}

fn finish<R: Resource>(shape: &Shape, plan: Plan<R>, mut diagnostics: Diagnostics) -> Planned {
    let block = &shape.schema.block;
    let mut state = plan.planned.encode();
    settle::forget_write_only(block, &mut state);
    let mut replace = plan.replace;
    if let Some(prior) = &plan.prior {
        for path in replace::paths(block, &prior.encode(), &state) {
            if !replace.contains(&path) {
                replace.push(path);
            }
        }
    }
    diagnostics.extend(plan.report.into_diagnostics());
    let private = private::encode(&plan.private, &mut diagnostics);
    Planned {
        state,
        replace,
        private,
        diagnostics,
    }
}

async fn plan_destroy<R: Resource>(
    request: &PlanRequest,
    provider: Option<&StateOf<R::Provider>>,
) -> Planned {
    let mut diagnostics = Diagnostics::new();
    // State that cannot be read must not keep anybody from removing the resource.
    let prior = typed::<R>(&request.prior, &mut Diagnostics::new());
    if let (Some(prior), Some(provider)) = (prior, provider) {
        let mut destroy = Destroy {
            prior,
            private: private::decode::<R::Private>(&request.private, &mut diagnostics),
            report: Report::new(),
            stop: request.stop.clone(),
        };
        let outcome = contained(R::plan_destroy(&mut destroy, provider)).await;
        said(outcome, &mut diagnostics);
        diagnostics.extend(destroy.report.into_diagnostics());
        let private = private::encode(&destroy.private, &mut diagnostics);
        return Planned {
            state: Value::Null,
            replace: Vec::new(),
            private,
            diagnostics,
        };
    }
    Planned {
        state: Value::Null,
        replace: Vec::new(),
        private: request.private.clone(),
        diagnostics,
    }
}

/// Adds the failure of a plan; a deferred one has none.
fn said(outcome: Outcome, diagnostics: &mut Diagnostics) {
    if let Err(Stop::Failed(failures)) = outcome {
        diagnostics.extend(failures);
    }
}
