//! Quantities of Kubernetes, as whole numbers.

use prost::Message;
use serde::Deserialize;

/// A quantity as it is written: a number with a suffix.
#[derive(PartialEq, Eq, Deserialize, Message)]
pub(crate) struct Quantity(#[prost(string, tag = "1")] String);

impl Quantity {
    /// The number of things; none when it is not a whole number from 0 to 2^64 - 1.
    pub(crate) fn count(&self) -> Option<u64> {
        let (number, exponent, binary) = split(&self.0)?;
        if binary {
            let factor = 1024_u128.checked_pow(u32::try_from(exponent).ok()?)?;
            return u64::try_from(whole(number, 0)?.checked_mul(factor)?).ok();
        }
        u64::try_from(whole(number, exponent)?).ok()
    }

    /// An amount of memory in whole MiB, rounded down.
    pub(crate) fn mib(&self) -> Option<u32> {
        let bytes = self.count()?;
        u32::try_from(bytes / (1024 * 1024)).ok()
    }

    /// As it is written.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// The number without its suffix, and the suffix as a power of ten or of 1024.
fn split(text: &str) -> Option<(&str, i32, bool)> {
    const DECIMAL: [(char, i32); 9] = [
        ('n', -9),
        ('u', -6),
        ('m', -3),
        ('k', 3),
        ('M', 6),
        ('G', 9),
        ('T', 12),
        ('P', 15),
        ('E', 18),
    ];
    const BINARY: [(&str, i32); 6] = [
        ("Ki", 1),
        ("Mi", 2),
        ("Gi", 3),
        ("Ti", 4),
        ("Pi", 5),
        ("Ei", 6),
    ];
    for (suffix, power) in BINARY {
        if let Some(number) = text.strip_suffix(suffix) {
            return Some((number, power, true));
        }
    }
    for (suffix, power) in DECIMAL {
        if let Some(number) = text.strip_suffix(suffix) {
            return Some((number, power, false));
        }
    }
    match text.split_once(['e', 'E']) {
        Some((number, exponent)) => Some((number, exponent.parse().ok()?, false)),
        None => Some((text, 0, false)),
    }
}

/// `number` times ten to the `exponent`, when that is whole and not negative.
fn whole(number: &str, exponent: i32) -> Option<u128> {
    let number = number.strip_prefix('+').unwrap_or(number);
    let (before, after) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{before}{after}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u128 = digits.parse().ok()?;
    let exponent = exponent.checked_sub(i32::try_from(after.len()).ok()?)?;
    if value == 0 {
        return Some(0);
    }
    let factor = 10_u128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        value.checked_mul(factor)
    } else {
        value.is_multiple_of(factor).then_some(value / factor)
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    fn quantity(text: &str) -> Quantity {
        Quantity(text.to_owned())
    }

    #[test]
    fn numbers_are_read_with_every_suffix() {
        for (text, count) in [
            ("0", 0),
            ("8", 8),
            ("+8", 8),
            ("08", 8),
            ("8.0", 8),
            ("8000m", 8),
            ("8e0", 8),
            ("0.8e1", 8),
            ("80E-1", 8),
            ("1k", 1_000),
            ("2Ki", 2_048),
            ("1E", 1_000_000_000_000_000_000),
            ("0e99", 0),
        ] {
            assert_eq!(quantity(text).count(), Some(count), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_things_is_none() {
        for text in [
            "",
            "-3",
            "-0",
            "1e99",
            "1e-1",
            "0.5",
            "500m",
            "1.5Ki",
            "abc",
            "8 ",
            " 8",
            "8Gib",
            "Ki",
            "e",
            "1e",
            "1e99999999999",
            "99999999999999999999999999999999999999999999",
            "1Ei6",
            "٨",
            "8\u{202e}",
            "0x8",
            "NaN",
            "inf",
            ".",
            "+",
            "1.2.3",
            "16Ei",
        ] {
            assert_eq!(quantity(text).count(), None, "{text:?}");
        }
    }

    #[test]
    fn memory_is_in_mib() {
        for (text, mib) in [
            ("81559Mi", Some(81_559)),
            ("80Gi", Some(81_920)),
            ("85899345920", Some(81_920)),
            ("1M", Some(0)),
            ("1e99", None),
        ] {
            assert_eq!(quantity(text).mib(), mib, "{text}");
        }
    }
}
