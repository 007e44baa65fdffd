//! An action with its type forgotten.

use std::marker::PhantomData;

use crate::action::{Action, Invoke};
use crate::diagnostic::Diagnostics;
use crate::engine::{Boxed, conclude, contained, typed, validated};
use crate::outcome::{Report, Stop};
use crate::provider::StateOf;
use crate::value::Value;

/// An action of a provider whose state is `S`.
pub(crate) trait AnyAction<S>: Send + Sync {
    fn validate(&self, config: &Value) -> Diagnostics;

    fn plan<'a>(&'a self, config: Value, provider: &'a S) -> Boxed<'a, Diagnostics>;

    fn invoke<'a>(
        &'a self,
        config: Value,
        invoke: Invoke,
        provider: &'a S,
    ) -> Boxed<'a, Diagnostics>;
}

/// [`AnyAction`] for `A`.
pub(crate) struct ErasedAction<A>(pub(crate) PhantomData<fn() -> A>);

impl<A: Action> AnyAction<StateOf<A::Provider>> for ErasedAction<A> {
    fn validate(&self, config: &Value) -> Diagnostics {
        validated(config, A::validate)
    }

    fn plan<'a>(
        &'a self,
        config: Value,
        provider: &'a StateOf<A::Provider>,
    ) -> Boxed<'a, Diagnostics> {
        Box::pin(async move {
            let (mut said, mut report) = (Diagnostics::new(), Report::new());
            let Some(action) = typed::<A>(&config, &mut said) else {
                return said;
            };
            let outcome = contained(action.plan(&mut report, provider)).await;
            said.extend(report.into_diagnostics());
            if let Err(Stop::Failed(failures)) = outcome {
                said.extend(failures);
            }
            said
        })
    }

    fn invoke<'a>(
        &'a self,
        config: Value,
        mut invoke: Invoke,
        provider: &'a StateOf<A::Provider>,
    ) -> Boxed<'a, Diagnostics> {
        Box::pin(async move {
            let mut said = Diagnostics::new();
            let Some(action) = typed::<A>(&config, &mut said) else {
                return said;
            };
            let outcome = contained(action.invoke(&mut invoke, provider)).await;
            conclude(outcome, invoke.report, &mut said);
            said
        })
    }
}
