//! List resources: existing objects, for `terraform query`.

use std::future::Future;

use crate::provider::StateOf;
use crate::resource::Resource;
use crate::serve::StopListener;
use crate::{Outcome, Report, Schema};

/// The search for objects of one resource type. The struct is the `config` block of the search.
pub trait ListResource: Schema {
    /// What is found; the search has its type name. It must have identity attributes.
    type Resource: Resource;

    /// Checks a configuration by itself. A `?` on an unknown defers the check.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    fn validate(&self, report: &mut Report) -> Outcome {
        let _ = report;
        Ok(())
    }

    /// Finds them, and gives each to [`List::found`].
    fn list(
        &self,
        list: &mut List<Self::Resource>,
        provider: &StateOf<<Self::Resource as Resource>::Provider>,
    ) -> impl Future<Output = Outcome> + Send;
}

/// One search.
#[derive(Debug)]
pub struct List<R> {
    /// Whether whole objects are wanted; otherwise identity attributes are enough.
    pub whole: bool,
    /// How many are wanted at most.
    pub limit: usize,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts.
    pub stop: StopListener,
    pub(crate) found: Vec<(String, R)>,
}

impl<R: Resource> List<R> {
    /// Adds an object under the name that people know it by. Says whether more are wanted.
    pub fn found(&mut self, display_name: impl Into<String>, resource: R) -> bool {
        if self.found.len() < self.limit {
            self.found.push((display_name.into(), resource));
        }
        self.found.len() < self.limit
    }
}
