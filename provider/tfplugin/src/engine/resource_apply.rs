//! Applying a managed resource.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::resource::{Applied, ApplyRequest};
use crate::engine::{Shape, conclude, panicked, settle, typed};
use crate::outcome::{Outcome, Report};
use crate::private;
use crate::provider::StateOf;
use crate::resource::{Create, Delete, Resource, Update};
use crate::serve::panic;
use crate::value::Value;

/// Creates, updates or deletes, and stores whatever is known to exist afterwards.
pub(super) async fn apply<R: Resource>(
    shape: &Shape,
    request: &ApplyRequest,
    provider: &StateOf<R::Provider>,
) -> Applied {
    match (request.prior.is_null(), request.planned.is_null()) {
        (_, true) => delete::<R>(shape, request, provider).await,
        (true, false) => create::<R>(shape, request, provider).await,
        (false, false) => update::<R>(shape, request, provider).await,
    }
}

async fn create<R: Resource>(
    shape: &Shape,
    request: &ApplyRequest,
    provider: &StateOf<R::Provider>,
) -> Applied {
    let mut said = Diagnostics::new();
    let config = typed::<R>(&request.config, &mut said);
    let state = typed::<R>(&request.planned, &mut said);
    let (Some(config), Some(state)) = (config, state) else {
        return Applied {
            state: Value::Null,
            private: Vec::new(),
            diagnostics: said,
        };
    };
    let private = private::decode(&request.private, &mut said);
    let report = Report::new();
    let mut create = Create {
        config,
        state,
        private,
        report,
        stop: request.stop.clone(),
        recorded: false,
    };
    let (outcome, panicked) = watched(R::create(&mut create, provider)).await;
    let done = conclude(outcome, create.report, &mut said);
    // Nobody knows what happened before a panic: an object that may exist is better removed than lost.
    if !(done || create.recorded || panicked) {
        return Applied {
            state: Value::Null,
            private: Vec::new(),
            diagnostics: said,
        };
    }
    let private = private::encode(&create.private, &mut said);
    let ended = Ended {
        state: create.state,
        done,
        before: &Value::Null,
    };
    let state = ended.stored(shape, &request.planned, &mut said);
    Applied {
        state,
        private,
        diagnostics: said,
    }
}

async fn update<R: Resource>(
    shape: &Shape,
    request: &ApplyRequest,
    provider: &StateOf<R::Provider>,
) -> Applied {
    let mut said = Diagnostics::new();
    let config = typed::<R>(&request.config, &mut said);
    let state = typed::<R>(&request.planned, &mut said);
    let prior = typed::<R>(&request.prior, &mut said);
    let (Some(config), Some(state), Some(prior)) = (config, state, prior) else {
        return Applied {
            state: request.prior.clone(),
            private: request.private.clone(),
            diagnostics: said,
        };
    };
    let private = private::decode(&request.private, &mut said);
    let report = Report::new();
    let mut update = Update {
        prior,
        config,
        state,
        private,
        report,
        stop: request.stop.clone(),
        recorded: false,
    };
    let (outcome, _) = watched(R::update(&mut update, provider)).await;
    let done = conclude(outcome, update.report, &mut said);
    let private = private::encode(&update.private, &mut said);
    if !(done || update.recorded) {
        return Applied {
            state: request.prior.clone(),
            private,
            diagnostics: said,
        };
    }
    let ended = Ended {
        state: update.state,
        done,
        before: &request.prior,
    };
    let state = ended.stored(shape, &request.planned, &mut said);
    Applied {
        state,
        private,
        diagnostics: said,
    }
}

async fn delete<R: Resource>(
    shape: &Shape,
    request: &ApplyRequest,
    provider: &StateOf<R::Provider>,
) -> Applied {
    let mut said = Diagnostics::new();
    let Some(state) = typed::<R>(&request.prior, &mut said) else {
        return Applied {
            state: request.prior.clone(),
            private: request.private.clone(),
            diagnostics: said,
        };
    };
    let private = private::decode(&request.private, &mut said);
    let mut delete = Delete::<R> {
        state,
        private,
        report: Report::new(),
        stop: request.stop.clone(),
    };
    let (outcome, _) = watched(R::delete(&mut delete, provider)).await;
    if conclude(outcome, delete.report, &mut said) {
        return Applied {
            state: Value::Null,
            private: Vec::new(),
            diagnostics: said,
        };
    }
    let private = private::encode(&delete.private, &mut said);
    let mut state = settle::known(delete.state.encode(), &request.prior);
    settle::forget_write_only(&shape.schema.block, &mut state);
    Applied {
        state,
        private,
        diagnostics: said,
    }
}

/// Runs the code of a provider, and says whether it panicked.
async fn watched(operation: impl Future<Output = Outcome>) -> (Outcome, bool) {
    match panic::catch(operation).await {
        Ok(outcome) => (outcome, false),
        Err(panic) => (Err(panicked(&panic).into()), true),
    }
}

/// The state that a creation or change left.
struct Ended<'a, R> {
    state: R,
    done: bool,
    before: &'a Value,
}

impl<R: Resource> Ended<'_, R> {
    /// What to store: forms as planned, nothing write-only, nothing unknown.
    fn stored(mut self, shape: &Shape, planned: &Value, said: &mut Diagnostics) -> Value {
        if let Some(planned) = typed::<R>(planned, &mut Diagnostics::new()) {
            self.state.keep_form(&planned);
        }
        let mut state = self.state.encode();
        settle::forget_write_only(&shape.schema.block, &mut state);
        if self.done {
            said.extend(settle::unknown_paths(&state).into_iter().map(|path| {
                let detail = format!(
                    "The operation succeeded, and no value was given to `{path}`.\n\n\
                     This is a defect of the provider: report it to its developers.\n\nvalue-left-unknown"
                );
                Diagnostic::error("Provider left a value unknown", detail).at(path)
            }));
        }
        settle::known(state, self.before)
    }
}
