//! How long something lives.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

use crate::ParseError;
use crate::parse_error::Form;

const FORM: Form = Form {
    noun: "duration",
    allowed: "whole numbers with the units `d`, `h`, `m` and `s`, the largest first, such as `15m`, `90d` \
              or `1h30m`; more than zero and at most `36500d`",
    code: "invalid-duration",
};

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
const MAX_SECONDS: u64 = 36_500 * 86_400;

/// How long something lives, in whole seconds from one second to 36,500 days.
///
/// `Display` writes the shortest text: `90m` parses to the same value as `1h30m` and displays as
/// that. Keep the practitioner's text where the exact spelling matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(u64);

impl Ttl {
    /// A time to live of so many seconds, if that is within the allowed range.
    #[must_use]
    pub fn from_seconds(seconds: u64) -> Option<Self> {
        (1..=MAX_SECONDS)
            .contains(&seconds)
            .then_some(Self(seconds))
    }

    /// The length in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// The length as a duration that can be added to a timestamp.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(self.0).unwrap_or(i64::MAX))
    }
}

fn parse(text: &str) -> Result<u64, String> {
    if text.is_empty() {
        return Err("it is empty".into());
    }
    let too_long = || "it is longer than 36,500 days".to_owned();
    let mut units = UNITS.into_iter();
    let mut rest = text;
    let mut seconds = 0_u64;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .ok_or("a number has no unit")?;
        let (number, tail) = rest.split_at(digits);
        let symbol = tail.chars().next().ok_or("a number has no unit")?;
        if number.is_empty() {
            return Err("a unit has no number".into());
        }
        let number: u64 = number.parse().map_err(|_| too_long())?;
        if !UNITS.iter().any(|(known, _)| *known == symbol) {
            return Err("it has an unknown unit".into());
        }
        let (_, length) = units
            .find(|(known, _)| *known == symbol)
            .ok_or("its units are repeated or not in order")?;
        let part = number.checked_mul(length).ok_or_else(too_long)?;
        seconds = seconds.checked_add(part).ok_or_else(too_long)?;
        rest = tail.get(symbol.len_utf8()..).unwrap_or_default();
    }
    match seconds {
        0 => Err("it is zero".into()),
        1..=MAX_SECONDS => Ok(seconds),
        _ => Err(too_long()),
    }
}

impl FromStr for Ttl {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).map(Self).map_err(|found| {
            let error = FORM.refuse(text, found);
            let squeezed: String = text
                .chars()
                .filter(|c| !c.is_whitespace())
                .map(|c| c.to_ascii_lowercase())
                .collect();
            match parse(&squeezed) {
                Ok(seconds) => error.suggesting(Self(seconds)),
                Err(_) => error,
            }
        })
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0;
        let mut text = String::new();
        for (symbol, length) in UNITS {
            let number = left / length;
            left %= length;
            if number > 0 {
                text.push_str(&number.to_string());
                text.push(symbol);
            }
        }
        f.pad(&text)
    }
}

serde_as_text!(Ttl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (text, seconds, display) in [
            ("15m", 900, "15m"),
            ("90d", 7_776_000, "90d"),
            ("1h30m", 5_400, "1h30m"),
            ("90m", 5_400, "1h30m"),
            ("0h10s", 10, "10s"),
            ("24h", 86_400, "1d"),
        ] {
            let ttl: Ttl = text.parse().unwrap();
            assert_eq!(
                (ttl.seconds(), ttl.to_string().as_str()),
                (seconds, display)
            );
        }
        for bad in [
            "",
            "15",
            "m",
            "15x",
            "30m1h",
            "1h1h",
            "0s",
            "-5m",
            "1.5h",
            "1h 30m",
            "36501d",
            "１m",
            "99999999999999999999d",
            "213503982334601d",
        ] {
            assert!(bad.parse::<Ttl>().is_err(), "{bad:?}");
        }
        assert!("15m".parse::<Ttl>().unwrap() < "1h".parse().unwrap());
        assert_eq!(
            "1H 30m".parse::<Ttl>().unwrap_err().suggestion(),
            Some("1h30m")
        );
    }
}
