//! The graceful stop that StopProvider asks for.

use tokio::sync::watch;

/// Tells every rpc that runs now to end early; clones share one signal.
///
/// The handler of StopProvider calls [`stop`](Self::stop). A handler that can take long calls
/// [`listen`](Self::listen) when it begins and then waits for the listener beside its work. An rpc that begins after a
/// stop is not stopped: in debug mode one process serves many commands, and only one of them was interrupted.
#[derive(Clone, Debug)]
pub struct StopSignal {
    sender: watch::Sender<()>,
}

impl StopSignal {
    /// A signal that nobody has given yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            sender: watch::Sender::new(()),
        }
    }

    /// Stops everything that listens now.
    pub fn stop(&self) {
        self.sender.send_replace(());
    }

    /// For one rpc, from its beginning.
    #[must_use]
    pub fn listen(&self) -> StopListener {
        StopListener {
            receiver: self.sender.subscribe(),
        }
    }
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}

/// One rpc's view of the [`StopSignal`].
#[derive(Clone, Debug)]
pub struct StopListener {
    receiver: watch::Receiver<()>,
}

impl StopListener {
    /// Whether StopProvider arrived since this rpc began.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.receiver.has_changed().unwrap_or(false)
    }

    /// Returns when StopProvider arrives, at once if it already has. Never returns when all signals are gone, because
    /// then nobody can ask.
    pub async fn stopped(&mut self) {
        loop {
            if self.is_stopped() {
                return;
            }
            // `changed` marks the value as seen, so look at a copy and leave our own unseen.
            if self.receiver.clone().changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StopSignal;

    #[tokio::test]
    async fn a_stop_reaches_who_listens_and_not_who_comes_later() {
        let signal = StopSignal::new();
        let mut before = signal.listen();
        assert!(!before.is_stopped());
        signal.clone().stop();
        before.stopped().await;
        before.stopped().await;
        assert!(before.is_stopped());
        assert!(!signal.listen().is_stopped());
    }
}
