//! The graceful stop that StopProvider asks for.

use tokio::sync::watch;

/// Tells every rpc that runs now to end early; clones share one signal.
///
/// The handler of StopProvider calls [`stop`](Self::stop). A handler that can take long calls
/// [`listen`](Self::listen) when it begins and then waits for the listener beside its work. An rpc that begins after a
/// stop is not stopped: in debug mode one process serves many commands, and only one of them was interrupted.
#[derive(Clone, Debug)]
pub struct StopSignal {
    /// How often it was given.
    stops: watch::Sender<u64>,
}

impl StopSignal {
    /// A signal that nobody has given yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            stops: watch::Sender::new(0),
        }
    }

    /// Stops everything that listens now.
    pub fn stop(&self) {
        self.stops.send_modify(|stops| *stops += 1);
    }

    /// For one rpc, from its beginning.
    #[must_use]
    pub fn listen(&self) -> StopListener {
        let stops = self.stops.subscribe();
        let before = *stops.borrow();
        StopListener { stops, before }
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
    stops: watch::Receiver<u64>,
    before: u64,
}

impl StopListener {
    /// Whether StopProvider arrived since this rpc began.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.stops.borrow() != self.before
    }

    /// Returns when StopProvider arrives, at once if it already has. Never returns when all signals are gone, because
    /// then nobody can ask.
    pub async fn stopped(&mut self) {
        let before = self.before;
        if self.stops.wait_for(|stops| *stops != before).await.is_err() {
            std::future::pending::<()>().await;
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
        drop(signal);
        assert!(before.is_stopped());
    }
}
