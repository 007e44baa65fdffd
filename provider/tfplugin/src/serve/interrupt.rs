//! Signals.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::error::Error;
use super::lifetime::{Ending, Lifetime};

/// What Ctrl-C and SIGTERM mean from here on.
///
/// Ctrl-C reaches every process of the terminal's group, Terraform and its providers alike. Terraform then calls
/// StopProvider and waits for what runs to end; a provider that ended by itself would lose the state of an apply.
pub(super) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    /// In debug mode a developer runs the provider in a terminal of its own and ends it with Ctrl-C.
    ends: bool,
}

impl Interrupts {
    /// Takes effect at once, before anybody knows that the provider exists.
    pub(super) fn register(ends: bool) -> Result<Self, Error> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(Error::System)?,
            terminate: signal(SignalKind::terminate()).map_err(Error::System)?,
            ends,
        })
    }

    pub(super) async fn watch(mut self, lifetime: Lifetime) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => {
                    if self.ends {
                        lifetime.end(Ending::Signal);
                    } else {
                        tracing::info!("interrupted: waiting for Terraform to say what to stop");
                    }
                }
                _ = self.terminate.recv() => lifetime.end(Ending::Signal),
            }
        }
    }
}
