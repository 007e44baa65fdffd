//! Time, which a guest has none of its own of. Connectors only: a check has no time.

use std::time::Duration;

use crate::host;

/// Seconds since 1970-01-01T00:00:00Z by the host's clock.
///
/// ```no_run
/// let an_hour_ago = portcullis_plugin::now().saturating_sub(3600);
/// ```
#[must_use]
pub fn now() -> u32 {
    host::now()
}

/// Lets that much time pass, or what is left of the call if that is less, which then ends. To wait between tries of a
/// request use [`Client`](crate::Client), which knows how long.
///
/// ```no_run
/// portcullis_plugin::wait(std::time::Duration::from_millis(200));
/// ```
pub fn wait(time: Duration) {
    host::wait(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
}
