//! What all resources, data sources and the others have in common: written once, on values and schemas, with the typed
//! code of a provider called in between.
//!
//! Panics of the typed code are caught here, where the best known state still is.

mod action;
mod compute;
mod data_source;
pub(crate) mod defaults;
mod ephemeral;
mod function;
mod import;
mod list_resource;
mod replace;
mod resource;
mod resource_apply;
mod resource_plan;
mod resource_read;
mod settle;
mod shape;
mod stored;

use std::pin::Pin;

pub(crate) use action::{AnyAction, ErasedAction};
pub(crate) use data_source::{AnyDataSource, ErasedDataSource};
pub(crate) use ephemeral::{AnyEphemeral, ErasedEphemeral};
pub(crate) use function::{AnyFunction, ErasedFunction};
pub(crate) use import::ImportKey;
pub(crate) use list_resource::{AnyListResource, ErasedListResource, Search};
pub(crate) use resource::{AnyResource, ApplyRequest, ErasedResource, PlanRequest, ReadRequest};
pub(crate) use settle::for_each;
pub(crate) use shape::Shape;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::field::{At, Schema};
use crate::serve::panic;
use crate::value::Value;
use crate::{Outcome, Report, Stop};

/// A future behind a pointer: what the traits of a provider return, once their types are forgotten.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs the code of a provider; a panic in it becomes an error.
pub(crate) async fn contained<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    panic::catch(future)
        .await
        .unwrap_or_else(|panic| Err(panicked(&panic).into()))
}

/// What is said about a panic.
pub(crate) fn panicked(panic: &panic::Panic) -> Diagnostic {
    let detail = format!(
        "The provider stopped in the middle of this operation: {panic}.\n\n\
         This is a defect of the provider, not of the configuration: report it to its developers with what \
         `TF_LOG=error` shows.\n\nprovider-panicked"
    );
    Diagnostic::error("Provider failed unexpectedly", detail)
}

/// Reads a struct from `value`; what is wrong goes to `diagnostics`.
pub(crate) fn typed<S: Schema>(value: &Value, diagnostics: &mut Diagnostics) -> Option<S> {
    S::decode(value, &At::root(), diagnostics)
}

/// Decodes a configuration and runs the check of it.
pub(crate) fn validated<S: Schema>(
    config: &Value,
    check: impl FnOnce(&S, &mut Report) -> Outcome,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Some(config) = typed::<S>(config, &mut diagnostics) {
        let mut report = Report::new();
        let outcome = check(&config, &mut report);
        report.absorb(outcome);
        diagnostics.extend(report.into_diagnostics());
    }
    diagnostics
}

/// Adds how an operation ended that cannot be deferred any more: an unknown left in it is a mistake of the provider.
pub(crate) fn conclude(outcome: Outcome, report: Report, diagnostics: &mut Diagnostics) -> bool {
    let errors_reported = report.has_errors();
    diagnostics.extend(report.into_diagnostics());
    match outcome {
        Ok(()) => !errors_reported,
        Err(Stop::Failed(failures)) => {
            diagnostics.extend(failures);
            false
        }
        Err(Stop::Deferred) => {
            let detail = "The operation needs a value that is still unknown, and nothing later can make it known.\n\n\
                This is a defect of the provider: report it to its developers.\n\nunknown-at-apply";
            diagnostics.push(Diagnostic::error("Value is unknown during apply", detail));
            false
        }
    }
}
