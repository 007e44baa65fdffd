//! A day of the calendar.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::parse_error::Form;
use crate::{ParseError, Ttl};

const FORM: Form = Form {
    noun: "date",
    allowed: "`YYYY-MM-DD`, such as `2026-11-02`",
    code: "invalid-date",
};

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day that a moment falls on.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.to_zoned(TimeZone::UTC).date())
    }

    /// The day so much later, parts of a day not counted; the last day there is where that overflows.
    #[must_use]
    pub fn after(self, length: Ttl) -> Self {
        let days = i32::try_from(length.seconds() / 86_400).unwrap_or(i32::MAX);
        Self(self.0.saturating_add(Span::new().days(days)))
    }
}

impl FromStr for Day {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let plain = text.len() == 10 && text.chars().all(|c| c.is_ascii_digit() || c == '-');
        if !plain {
            return Err(FORM.refuse(text, "it is not of that form"));
        }
        text.parse()
            .map(Self)
            .map_err(|_: jiff::Error| FORM.refuse(text, "there is no such day"))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(Day);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let day: Day = "2026-11-02".parse().unwrap();
        assert_eq!(day.after("90d".parse().unwrap()).to_string(), "2027-01-31");
        assert_eq!(Day::of("2026-11-02T23:59:59Z".parse().unwrap()), day);
        for bad in [
            "",
            "2026-13-01",
            "2026-02-30",
            "02.11.2026",
            "2026-11-02T00:00:00Z",
        ] {
            assert!(bad.parse::<Day>().is_err(), "{bad:?}");
        }
        let end: Day = "9999-12-31".parse().unwrap();
        assert_eq!(end.after("36500d".parse().unwrap()), end);
    }
}
