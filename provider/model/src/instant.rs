//! A moment in time.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::ParseError;
use crate::parse_error::Form;

const FORM: Form = Form {
    noun: "time",
    allowed: "an RFC 3339 time with its offset, such as `2027-03-31T00:00:00Z`",
    code: "invalid-time",
};

/// A moment in time, as RFC 3339 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

impl Instant {
    /// The moment as a timestamp.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl FromStr for Instant {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text.parse()
            .map(Self)
            .map_err(|_: jiff::Error| FORM.refuse(text, "it has another form"))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(Instant);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let there: Instant = "2027-03-31T02:00:00+02:00".parse().unwrap();
        assert_eq!(there, "2027-03-31T00:00:00Z".parse().unwrap());
        assert_eq!(there.to_string(), "2027-03-31T00:00:00Z");
        for bad in ["", "2027-03-31", "soon", "2027-03-31T00:00:00"] {
            assert!(bad.parse::<Instant>().is_err(), "{bad:?}");
        }
    }
}
