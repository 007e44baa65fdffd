//! Ephemeral resources: opened in plan and again in apply, closed at the end of each, never stored.

use std::future::Future;
use std::time::SystemTime;

use crate::private::Private;
use crate::provider::{Provider, StateOf};
use crate::serve::StopListener;
use crate::{Outcome, Report, Schema};

/// Something that exists while Terraform runs: a credential, a tunnel.
pub trait EphemeralResource: Schema {
    /// The provider it belongs to.
    type Provider: Provider;

    /// What is needed to renew and close it; `()` for nothing.
    type Private: Private;

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

    /// Opens it: `self` is what is written, wholly known; give the computed fields their values.
    fn open(
        &mut self,
        open: &mut Lease<Self::Private>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send;

    /// Prolongs it, when `renew_at` of the lease has come.
    fn renew(
        lease: &mut Lease<Self::Private>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send {
        let _ = (lease, provider);
        async { Ok(()) }
    }

    /// Closes it: what opening did is undone.
    fn close(
        lease: &mut Lease<Self::Private>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send {
        let _ = (lease, provider);
        async { Ok(()) }
    }
}

/// An open ephemeral resource, between opening, renewals and closing.
#[derive(Debug)]
pub struct Lease<P> {
    /// Carried from opening to renewals and closing.
    pub private: P,
    /// When to renew; never when `None`.
    pub renew_at: Option<SystemTime>,
    /// What to tell the practitioner.
    pub report: Report,
    /// Tells when the practitioner interrupts.
    pub stop: StopListener,
}
