//! The version of a driver or of CUDA.

use std::fmt;
use std::str::FromStr;

use crate::ParseError;
use crate::parse_error::Form;

const FORM: Form = Form {
    noun: "version",
    allowed: "one to four numbers joined by `.`, such as `570.86.10` or `12.8`",
    code: "invalid-version",
};

const PARTS_MAX: usize = 4;

/// The version of a driver or of CUDA: up to four numbers, ordered as numbers.
///
/// `12.8` is less than `12.10`, and equal to `12.8.0`. Displays without zeros in front of a number and with two numbers at
/// least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u32; PARTS_MAX]);

impl FromStr for Version {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut numbers = [0; PARTS_MAX];
        let mut slots = numbers.iter_mut();
        for part in text.split('.') {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| digits);
            let number = number.ok_or_else(|| {
                FORM.refuse(text, "a part of it is not a number from 0 to 4294967295")
            })?;
            *slots
                .next()
                .ok_or_else(|| FORM.refuse(text, "it has more than four numbers"))? = number;
        }
        Ok(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch, build]) = self;
        let text = match (patch, build) {
            (0, 0) => format!("{major}.{minor}"),
            (_, 0) => format!("{major}.{minor}.{patch}"),
            _ => format!("{major}.{minor}.{patch}.{build}"),
        };
        f.pad(&text)
    }
}

serde_as_text!(Version);

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!(version("12.8") < version("12.10"));
        assert!(version("570.86.10") < version("570.124.06"));
        assert_eq!(version("535"), version("535.0.0"));
        assert_eq!(version("570.172.08").to_string(), "570.172.8");
        assert_eq!(version("12").to_string(), "12.0");
        assert_eq!(version("1.0.0.4").to_string(), "1.0.0.4");
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in [
            "",
            ".",
            "12.",
            "12.x",
            "+12",
            "-1",
            " 12",
            "1.2.3.4.5",
            "4294967296",
            "N/A",
        ] {
            assert!(bad.parse::<Version>().is_err(), "{bad:?}");
        }
    }
}
