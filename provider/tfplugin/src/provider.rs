//! The provider itself: its configuration block, and what comes of it.

use std::future::Future;
use std::sync::Arc;

use crate::serve::StopListener;
use crate::{Outcome, Report, Schema};

/// A provider. The struct is its configuration block: `provider "NAME" {}`.
pub trait Provider: Schema {
    /// The prefix of every type name, as in `NAME_gpu_pool`.
    const NAME: &'static str;

    /// What resources, data sources and the others work with once the provider is configured: clients, caches, handles.
    type State: Send + Sync + 'static;

    /// Checks shapes and typos; nothing live. `terraform validate` runs it without configuring.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    fn validate(&self, report: &mut Report) -> Outcome {
        let _ = report;
        Ok(())
    }

    /// Makes the state. A debugger's process is configured many times, also concurrently, so nothing may be global.
    ///
    /// Configuration may hold unknowns during plan. A `?` on one defers: resources are then planned by schema alone,
    /// without the state, and nothing is read.
    fn configure(
        &self,
        configure: &mut Configure,
    ) -> impl Future<Output = Outcome<Arc<Self::State>>> + Send;
}

/// The configured state that the things of provider `P` work with.
pub type StateOf<P> = <P as Provider>::State;

/// One configuration of the provider.
#[derive(Debug)]
pub struct Configure {
    /// The version of the Terraform or OpenTofu that asks.
    pub terraform_version: String,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts.
    pub stop: StopListener,
}
