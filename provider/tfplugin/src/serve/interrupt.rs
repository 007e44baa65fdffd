//! Signals.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, CtrlShutdown, ctrl_c, ctrl_shutdown};

use super::error::Error;
use super::lifetime::{Ending, Lifetime};

/// What Ctrl-C and SIGTERM mean from here on.
///
/// Ctrl-C reaches every process of the terminal's group, Terraform and its providers alike. Terraform then calls
/// StopProvider and waits for what runs to end; a provider that ended by itself would lose the state of an apply.
pub(super) struct Interrupts {
    interrupt: Interrupt,
    terminate: Terminate,
    /// In debug mode a developer runs the provider in a terminal of its own and ends it with Ctrl-C.
    ends: bool,
}

impl Interrupts {
    /// Takes effect at once, before anybody knows that the provider exists.
    pub(super) fn register(ends: bool) -> Result<Self, Error> {
        Ok(Self {
            interrupt: interrupt().map_err(Error::System)?,
            terminate: terminate().map_err(Error::System)?,
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

#[cfg(unix)]
type Interrupt = Signal;
#[cfg(unix)]
type Terminate = Signal;
#[cfg(windows)]
type Interrupt = CtrlC;
#[cfg(windows)]
type Terminate = CtrlShutdown;

fn interrupt() -> io::Result<Interrupt> {
    #[cfg(unix)]
    return signal(SignalKind::interrupt());
    #[cfg(windows)]
    return ctrl_c();
}

fn terminate() -> io::Result<Terminate> {
    #[cfg(unix)]
    return signal(SignalKind::terminate());
    #[cfg(windows)]
    return ctrl_shutdown();
}
