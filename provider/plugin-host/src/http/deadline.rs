//! Until when an exchange may last.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::bindings::imports::types::Failure;
use crate::http::failure::unreachable;

/// Covers connection, request and the response to its last byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    allowed: Duration,
}

impl Deadline {
    /// The time that the guest asked for, or `default` if it asked for none; never longer than the call has left.
    pub(super) fn new(milliseconds: u32, default: Duration, end: Instant) -> Self {
        let asked = match milliseconds {
            0 => default,
            milliseconds => Duration::from_millis(milliseconds.into()),
        };
        let now = Instant::now();
        let allowed = asked.min(end.saturating_duration_since(now));
        Self {
            at: now + allowed,
            allowed,
        }
    }

    /// What is left of it.
    pub(super) fn left(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// The work's result, or that it took too long.
    pub(super) async fn within<T>(
        &self,
        asked: &str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        timeout_at(self.at, work).await.unwrap_or_else(|_| {
            let reason = format!("no whole answer within {} ms", self.allowed.as_millis());
            Err(unreachable(asked, &reason))
        })
    }
}
