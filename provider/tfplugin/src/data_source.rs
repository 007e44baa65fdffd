//! Data sources.

use std::future::Future;

use crate::provider::{Provider, StateOf};
use crate::{Outcome, Report, Schema};

/// Something that is looked up and never changed.
pub trait DataSource: Schema {
    /// The provider it belongs to.
    type Provider: Provider;

    /// Its type name without the provider's prefix.
    const NAME: &'static str;

    /// Checks a configuration by itself: shapes and combinations, nothing live. A `?` on an unknown defers the check.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    fn validate(&self, report: &mut Report) -> Outcome {
        let _ = report;
        Ok(())
    }

    /// Looks it up: `self` is what is written, wholly known; give the computed fields their values.
    fn read(
        &mut self,
        report: &mut Report,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send;
}
