//! A circuit breaker for each origin: after several failures in a row an origin is left alone for a while, by every call
//! of the run, because the breaker lies in the host's cache.

use serde::{Deserialize, Serialize};

use crate::{Failure, cache};

/// Failures in a row after which the circuit opens.
const FAILURES: u32 = 8;
/// Seconds for which it stays open. Then one request is let through to see.
const OPEN_SECONDS: u32 = 30;

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct State {
    failures: u32,
    open_until: u32,
}

pub(super) struct Breaker {
    key: String,
    state: State,
}

impl Breaker {
    pub(super) fn of(origin: &str) -> Self {
        let key = format!("portcullis.breaker {origin}");
        let state = cache::get(&key).unwrap_or_default();
        Self { key, state }
    }

    /// # Errors
    /// When the origin is being left alone.
    pub(super) fn check(&self, origin: &str, now: u32) -> Result<(), Failure> {
        match self.state.open_until.checked_sub(now) {
            None | Some(0) => Ok(()),
            Some(seconds) => Err(Failure::unreachable(format!(
                "`{origin}` was not asked: its last {} requests failed, and it is left alone for another {seconds} s.",
                self.state.failures
            ))),
        }
    }

    /// A server that answers at all is a success, whatever it says of the request.
    pub(super) fn note(&mut self, failed: bool, now: u32) {
        let before = self.state.failures;
        if failed {
            self.state.failures = before.saturating_add(1);
            if self.state.failures >= FAILURES {
                self.state.open_until = now.saturating_add(OPEN_SECONDS);
            }
        } else {
            self.state = State::default();
        }
        if failed || before > 0 {
            // A cache that is full forgets: the breaker is a courtesy, not a promise.
            let _ = cache::put(&self.key, &self.state);
        }
    }
}
