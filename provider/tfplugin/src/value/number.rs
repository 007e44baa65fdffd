//! Exact numbers.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Most digits before, and after, the decimal point: every finite `f64` fits, `1e999999999` does not.
pub const DIGITS_MAX: usize = 1_100;

/// A number as configuration means it: decimal, exact, of any size. Never only an `f64`.
///
/// Kept in one canonical decimal form, so equal numbers are equal here however they were written or sent: no exponent,
/// no `+`, no `-0`, no zeros that say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

/// Why a text or a float is not a [`Number`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It is not written as a decimal number.
    #[error("not a decimal number")]
    Syntax,
    /// It has more than [`DIGITS_MAX`] digits before or after the point when written out.
    #[error("more than {DIGITS_MAX} digits before or after the decimal point")]
    TooLong,
    /// Infinity or not-a-number.
    #[error("not finite")]
    NotFinite,
}

impl Number {
    /// The canonical decimal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This number as an `i64`, where it is a whole number in range.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// This number as a `u64`, where it is a whole number in range.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// The `f64` nearest to this number; [`Number::to_f64_exact`] is for those that must not round.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // Canonical forms are always within the grammar of `f64`; too large ones parse as infinity.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// This number as an `f64`, where one represents it exactly: 0.5 does, 0.1 does not.
    #[must_use]
    pub fn to_f64_exact(&self) -> Option<f64> {
        let float = self.to_f64();
        let back = Self::try_from(float).ok()?;
        (back == *self).then_some(float)
    }

    /// The parts of the canonical form: whether negative, the digits before and those after the point.
    fn parts(&self) -> (bool, &str, &str) {
        let (negative, magnitude) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, self.0.as_str()),
        };
        let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
        (negative, whole, fraction)
    }
}

/// Reads the decimal grammar of JSON, plus a leading `+` and a missing whole or fractional part.
impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if digits().next().is_none() || !digits().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::Syntax);
        }
        let Some(first) = digits().position(|byte| byte != b'0') else {
            return Ok(Self("0".to_owned()));
        };
        let trailing = fraction.bytes().rev().chain(whole.bytes().rev());
        let zeros = trailing.take_while(|byte| *byte == b'0').count();
        let length = whole.len() + fraction.len() - first - zeros;
        // Where the point stands, counted from the first digit that says something.
        let point = signed(whole.len()) - signed(first) + exponent;
        if point > signed(DIGITS_MAX) || signed(length) - point > signed(DIGITS_MAX) {
            return Err(NumberError::TooLong);
        }
        let significant = digits().skip(first).take(length).map(char::from);
        Ok(Self(place(
            negative,
            &significant.collect::<String>(),
            point,
        )))
    }
}

/// Reads an exponent; one too large for any permitted number stays too large without being computed with.
fn parse_exponent(text: &str) -> Result<i64, NumberError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::Syntax);
    }
    // Far beyond any input that fits in memory, and far from overflow in the sums above.
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX).min(1 << 60);
    Ok(if negative { -magnitude } else { magnitude })
}

/// Writes `digits` with the decimal point `point` places after their start.
fn place(negative: bool, digits: &str, point: i64) -> String {
    let sign = if negative { "-" } else { "" };
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    if point <= 0 {
        return format!("{sign}0.{}{digits}", zeros(-point));
    }
    match digits.split_at_checked(usize::try_from(point).unwrap_or(usize::MAX)) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}", zeros(point - signed(digits.len()))),
    }
}

/// A length as a signed number; no slice is longer than `isize::MAX`.
fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(number: $integer) -> Self {
                Self(number.to_string())
            }
        }
    )*};
}

from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Exactly the binary value: `0.1_f64` becomes its 55 digits, not `0.1`.
impl TryFrom<f64> for Number {
    type Error = NumberError;

    fn try_from(float: f64) -> Result<Self, NumberError> {
        if !float.is_finite() {
            return Err(NumberError::NotFinite);
        }
        // As many fractional digits as the float has binary places after the point, which is exact.
        let bits = float.abs().to_bits();
        let (biased, stored) = (bits >> 52, bits & ((1 << 52) - 1));
        let mantissa = if biased == 0 {
            stored
        } else {
            stored | (1 << 52)
        };
        let exponent = signed(usize::try_from(biased.max(1)).unwrap_or(0)) - 1_075;
        let places = -(exponent + i64::from(mantissa.trailing_zeros()));
        let places = usize::try_from(places).unwrap_or(0);
        format!("{float:.places$}").parse()
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let (negative, whole, fraction) = self.parts();
        let (other_negative, other_whole, other_fraction) = other.parts();
        let magnitude = (whole.len(), whole, fraction);
        let other_magnitude = (other_whole.len(), other_whole, other_fraction);
        match (negative, other_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude.cmp(&other_magnitude),
            (true, true) => other_magnitude.cmp(&magnitude),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_number_has_one_form() {
        let table = [
            ("0", "0"),
            ("-0", "0"),
            ("+7", "7"),
            ("007", "7"),
            ("1.50", "1.5"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1E+3", "1000"),
            ("120e-3", "0.12"),
            ("0.00012e2", "0.012"),
            ("1.25e1", "12.5"),
            ("0e999999999999999999999", "0"),
            ("18446744073709551615", "18446744073709551615"),
            ("0.1", "0.1"),
        ];
        for (text, canonical) in table {
            assert_eq!(
                text.parse::<Number>().unwrap().as_str(),
                canonical,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "", "-", ".", "e5", "1e", "1e+", "0x10", "1_000", "NaN", "inf", "1.2.3", "١",
        ] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::Syntax), "{text}");
        }
    }

    #[test]
    fn absurd_exponents_are_refused_without_being_written_out() {
        for text in [
            "1e999999999",
            "-1e999999999999999999999999",
            "1e-999999999",
            "1e1101",
        ] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::TooLong), "{text}");
        }
        assert!("1e1099".parse::<Number>().is_ok());
    }

    #[test]
    fn floats_are_taken_exactly() {
        let exact = |float: f64| Number::try_from(float).unwrap().to_string();
        assert_eq!(exact(0.5), "0.5");
        assert_eq!(exact(-0.0), "0");
        assert_eq!(exact(1e21), "1000000000000000000000");
        assert_eq!(
            exact(0.1),
            "0.1000000000000000055511151231257827021181583404541015625"
        );
        for float in [f64::MAX, f64::MIN_POSITIVE, 5e-324, -123_456.75, 1e300] {
            assert_eq!(Number::try_from(float).unwrap().to_f64_exact(), Some(float));
        }
        assert_eq!(Number::try_from(f64::INFINITY), Err(NumberError::NotFinite));
        assert_eq!("0.1".parse::<Number>().unwrap().to_f64_exact(), None);
    }

    #[test]
    fn order_is_that_of_numbers_not_of_texts() {
        let sorted = [
            "-10", "-9.5", "-0.5", "0", "0.05", "0.5", "9", "9.25", "9.5", "10", "100",
        ];
        for pair in sorted.windows(2) {
            let (low, high): (Number, Number) =
                (pair[0].parse().unwrap(), pair[1].parse().unwrap());
            assert!(low < high, "{low} < {high}");
        }
    }
}
