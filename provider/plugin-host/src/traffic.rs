//! What one connector may have under way at once, over all its calls. Every connector has its own, so that one that
//! hangs or hurries takes nothing from another.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// Requests that may go out at once after a quiet time, as seconds of the rate.
const BURST: Duration = Duration::from_secs(1);

/// The requests of one connector.
#[derive(Debug)]
pub(crate) struct Traffic {
    slots: Arc<Semaphore>,
    in_flight: usize,
    /// Between two requests when they come without pause.
    interval: Duration,
    /// When the next request would go out if there were no burst.
    next: Mutex<Instant>,
}

/// The right to have one request under way; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    _shared: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Traffic {
    /// At most `in_flight` requests at once and `per_second` in the long run; 0 is taken for 1.
    pub(crate) fn new(in_flight: u32, per_second: u32) -> Self {
        let in_flight = usize::try_from(in_flight.max(1)).unwrap_or(1);
        Self {
            slots: Arc::new(Semaphore::new(in_flight)),
            in_flight,
            interval: Duration::from_secs(1) / per_second.max(1),
            next: Mutex::new(full(Instant::now())),
        }
    }

    /// What one call may hold of it: a guest waits for its own requests by itself, so one that is refused here would
    /// wait for ever.
    pub(crate) fn of_one_call(&self) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(self.in_flight))
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Waits until a request may go out. None when the call itself holds all that there is.
    pub(crate) async fn slot(&self, own: &Arc<Semaphore>) -> Option<Slot> {
        let own = Arc::clone(own).try_acquire_owned().ok()?;
        let shared = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        sleep_until(self.turn(Instant::now())).await;
        Some(Slot {
            _shared: shared,
            _own: own,
        })
    }

    /// When a request that came at `now` may go out (the generic cell rate algorithm: a bucket of tokens as one number).
    fn turn(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (full(now) + self.interval).max(*next);
        *next = turn + self.interval;
        turn
    }
}

/// Where `next` stands when the bucket is full. A machine that just booted has no such time yet and no burst.
fn full(now: Instant) -> Instant {
    now.checked_sub(BURST).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Traffic;

    #[test]
    fn a_burst_is_let_through_and_the_rate_holds_after_it() {
        let start = Instant::now() + Duration::from_secs(10);
        let traffic = Traffic::new(4, 10);
        let waits: Vec<Duration> = (0..15)
            .map(|_| traffic.turn(start).saturating_duration_since(start))
            .collect();
        let ms = Duration::from_millis;
        assert_eq!(waits[..10], [Duration::ZERO; 10]);
        assert_eq!(waits[10..], [ms(100), ms(200), ms(300), ms(400), ms(500)]);
        let later = start + Duration::from_secs(60);
        assert!(
            traffic.turn(later) <= later,
            "a pause fills the bucket again"
        );
    }

    #[tokio::test]
    async fn one_call_may_not_wait_for_itself() {
        let traffic = Traffic::new(2, 1000);
        let own = traffic.of_one_call();
        let first = traffic.slot(&own).await;
        let second = traffic.slot(&own).await;
        assert!(first.is_some() && second.is_some());
        assert!(traffic.slot(&own).await.is_none());
        drop(first);
        assert!(traffic.slot(&own).await.is_some());
    }

    #[tokio::test]
    async fn calls_of_one_connector_wait_for_each_other() {
        let traffic = Traffic::new(1, 1000);
        let held = traffic.slot(&traffic.of_one_call()).await;
        let own = traffic.of_one_call();
        let waiting = tokio::time::timeout(Duration::from_millis(50), traffic.slot(&own));
        assert!(waiting.await.is_err());
        drop(held);
        assert!(traffic.slot(&own).await.is_some());
    }
}
