//! A data source with its type forgotten.

use std::marker::PhantomData;

use crate::data_source::DataSource;
use crate::diagnostic::Diagnostics;
use crate::engine::{Boxed, conclude, contained, settle, typed, validated};
use crate::outcome::Report;
use crate::provider::StateOf;
use crate::value::Value;

/// A data source of a provider whose state is `S`.
pub(crate) trait AnyDataSource<S>: Send + Sync {
    fn validate(&self, config: &Value) -> Diagnostics;

    fn read<'a>(&'a self, config: &'a Value, provider: &'a S) -> Boxed<'a, (Value, Diagnostics)>;
}

/// [`AnyDataSource`] for `D`.
pub(crate) struct ErasedDataSource<D>(pub(crate) PhantomData<fn() -> D>);

impl<D: DataSource> AnyDataSource<StateOf<D::Provider>> for ErasedDataSource<D> {
    fn validate(&self, config: &Value) -> Diagnostics {
        validated(config, D::validate)
    }

    fn read<'a>(
        &'a self,
        config: &'a Value,
        provider: &'a StateOf<D::Provider>,
    ) -> Boxed<'a, (Value, Diagnostics)> {
        Box::pin(async move {
            let (mut said, mut report) = (Diagnostics::new(), Report::new());
            let Some(mut data) = typed::<D>(config, &mut said) else {
                return (Value::Null, said);
            };
            let outcome = contained(data.read(&mut report, provider)).await;
            if conclude(outcome, report, &mut said) {
                (settle::known(data.encode(), &Value::Null), said)
            } else {
                (Value::Null, said)
            }
        })
    }
}
