//! When a request is sent again, and after how long.

use crate::Failure;
use crate::http::Response;
use crate::random;

/// Tries of one request, the first among them.
pub(super) const TRIES: u32 = 6;
const BASE_MILLISECONDS: u32 = 200;
const CAP_MILLISECONDS: u32 = 20_000;

/// What an outcome says of another try.
#[derive(Debug)]
pub(super) struct Advice {
    /// Whether the same request may be answered otherwise a little later.
    pub(super) is_passing: bool,
    retry_after: Option<String>,
}

pub(super) fn of_response(response: &Response) -> Advice {
    Advice {
        is_passing: matches!(response.status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
        retry_after: response.header("retry-after").map(str::to_owned),
    }
}

pub(super) fn of_failure(failure: &Failure) -> Advice {
    Advice {
        is_passing: failure.kind == "unreachable",
        retry_after: None,
    }
}

/// Milliseconds to wait after try number `tried`: what the server asks for, else anything up to a bound that doubles
/// with every try, so that clients that failed together do not come back together.
pub(super) fn pause(advice: &Advice, tried: u32, now: u32) -> u64 {
    let asked = advice.retry_after.as_deref();
    match asked.and_then(|value| retry_after(value, now)) {
        Some(seconds) => u64::from(seconds) * 1000,
        None => {
            let doubled = BASE_MILLISECONDS.saturating_mul(1 << tried.saturating_sub(1).min(16));
            u64::from(random::below_or_at(doubled.min(CAP_MILLISECONDS)))
        }
    }
}

/// Seconds from `now` that a `Retry-After` header names, as a number or as a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: u32) -> Option<u32> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(seconds);
    }
    Some(unix_seconds(value)?.saturating_sub(now))
}

/// `Mon, 23 Nov 2026 00:00:00 GMT`, the one form that servers may still write (RFC 9110, section 5.6.7).
fn unix_seconds(date: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = date.split_once(", ")?.1.split([' ', ':']);
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = [0_i64; 3];
    for part in &mut clock {
        *part = words.next()?.parse().ok()?;
    }
    let [hours, minutes, seconds] = clock;
    if words.next() != Some("GMT") || !(1970..2106).contains(&year) {
        return None;
    }
    // Days since 1970-03-01 of a year that begins in March, so that a leap day is the last of its year.
    let shifted = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719_468;
    u32::try_from(days * 86_400 + hours * 3600 + minutes * 60 + seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::{retry_after, unix_seconds};

    #[test]
    fn dates_are_read_as_servers_write_them() {
        for (date, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Mon, 23 Nov 2026 00:00:00 GMT", 1_795_392_000),
        ] {
            assert_eq!(unix_seconds(date), Some(seconds), "{date}");
        }
        for date in [
            "",
            "soon",
            "Mon, 23 Nov 2026 00:00:00",
            "Mon, 23 Nov 0026 00:00:00 GMT",
        ] {
            assert_eq!(unix_seconds(date), None, "{date}");
        }
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 1_795_392_000),
            Some(0)
        );
        assert_eq!(retry_after(" 7 ", 0), Some(7));
        assert_eq!(retry_after("-7", 0), None);
    }
}
