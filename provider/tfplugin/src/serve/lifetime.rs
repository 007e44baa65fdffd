//! When the process ends, and why.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;

/// Why a provider process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The host said so through GRPCController.Shutdown.
    Shutdown,
    /// SIGTERM, or an interrupt in debug mode.
    Signal,
    /// Nobody is connected any more, or the parent died before anybody was.
    Orphaned,
}

impl Ending {
    /// How long running rpcs may take to finish. The host allows 2 s after a shutdown, and is in a hurry.
    pub(super) fn grace(self) -> Duration {
        match self {
            Self::Shutdown | Self::Orphaned => Duration::from_millis(150),
            Self::Signal => Duration::from_secs(5),
        }
    }
}

/// Shared by everything that can end the process and everything that must end with it.
#[derive(Clone, Debug)]
pub(super) struct Lifetime {
    ending: watch::Sender<Option<Ending>>,
}

impl Lifetime {
    pub(super) fn new() -> Self {
        Self {
            ending: watch::Sender::new(None),
        }
    }

    /// Ends the process; the first reason given stays.
    pub(super) fn end(&self, ending: Ending) {
        self.ending.send_if_modified(|current| {
            let first = current.is_none();
            current.get_or_insert(ending);
            first
        });
    }

    /// Returns once the end has begun.
    pub(super) async fn ended(&self) -> Ending {
        let mut receiver = self.ending.subscribe();
        match receiver
            .wait_for(Option::is_some)
            .await
            .map(|ending| *ending)
        {
            Ok(Some(ending)) => ending,
            // Cannot be: `self` holds a sender.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// A stream that says nothing and ends with the process, or when its reader leaves. A stream left open would keep
    /// the connection open and the host waiting.
    pub(super) fn silence<T: Send + 'static>(&self) -> BoxStream<T> {
        let (sender, receiver) = mpsc::channel(1);
        let lifetime = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = lifetime.ended() => {}
                () = sender.closed() => {}
            }
        });
        Box::pin(ReceiverStream::new(receiver))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Lifetime};

    #[tokio::test]
    async fn the_first_reason_stays() {
        let lifetime = Lifetime::new();
        lifetime.end(Ending::Shutdown);
        lifetime.end(Ending::Orphaned);
        assert_eq!(lifetime.ended().await, Ending::Shutdown);
    }
}
