//! Actions: side effects that are declared but keep no state.

use std::future::Future;

use tokio::sync::mpsc;

use crate::provider::{Provider, StateOf};
use crate::serve::StopListener;
use crate::{Outcome, Report, Schema};

/// Something that can be done on request or on a trigger: drain a node, rotate a key.
pub trait Action: Schema {
    /// The provider it belongs to.
    type Provider: Provider;

    /// Its type name without the provider's prefix.
    const NAME: &'static str;

    /// Checks a configuration by itself. A `?` on an unknown defers the check.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    fn validate(&self, report: &mut Report) -> Outcome {
        let _ = report;
        Ok(())
    }

    /// Says while planning what doing it would meet; changes nothing.
    fn plan(
        &self,
        report: &mut Report,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send {
        let _ = (report, provider);
        async { Ok(()) }
    }

    /// Does it.
    fn invoke(
        &self,
        invoke: &mut Invoke,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send;
}

/// One invocation.
#[derive(Debug)]
pub struct Invoke {
    /// What to tell the practitioner when it has ended.
    pub report: Report,
    /// Tells when the practitioner interrupts.
    pub stop: StopListener,
    pub(crate) progress: mpsc::UnboundedSender<String>,
}

impl Invoke {
    /// Tells the practitioner how far it is, at once.
    pub fn progress(&self, message: impl Into<String>) {
        // The practitioner may have gone; the work goes on.
        let _ = self.progress.send(message.into());
    }
}
