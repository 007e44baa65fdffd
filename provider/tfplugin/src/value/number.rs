//! Exact numbers.

use std::fmt;

/// A number as configuration means it: decimal, exact, of any size. Never only an `f64`.
///
/// Kept in one canonical decimal form, so equal numbers are equal here however they were written or sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number.to_string())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
