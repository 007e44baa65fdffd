//! The one place that reads the time.

use jiff::Timestamp;

/// The time, read once per use at the rim and passed in from there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock;

impl Clock {
    /// Now.
    #[must_use]
    pub fn now(self) -> Timestamp {
        Timestamp::now()
    }
}
