//! What a GPU costs for an hour.

use std::fmt;
use std::str::FromStr;

use crate::ParseError;
use crate::parse_error::Form;

const FORM: Form = Form {
    noun: "price",
    allowed: "an amount with up to three decimals and a currency of three capital letters, such as `2.49 USD`",
    code: "invalid-price",
};

/// What one GPU costs for an hour, in thousandths of a currency; written `2.49 USD`.
///
/// Prices of different currencies are not compared: portcullis knows no rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price {
    /// ISO 4217 code.
    currency: [u8; 3],
    milli: u32,
}

impl Price {
    /// So many thousandths of a currency; `None` for what is no ISO 4217 code.
    #[must_use]
    pub fn from_milli(milli: u32, currency: &str) -> Option<Self> {
        let currency: [u8; 3] = currency.as_bytes().try_into().ok()?;
        let capitals = currency.iter().all(u8::is_ascii_uppercase);
        capitals.then_some(Self { currency, milli })
    }

    /// Whether it is at most `most`; `None` where the currencies differ.
    #[must_use]
    pub fn at_most(self, most: Self) -> Option<bool> {
        (self.currency == most.currency).then_some(self.milli <= most.milli)
    }
}

/// Thousandths of an amount such as `2.49`.
fn milli(amount: &str) -> Option<u32> {
    let (whole, decimals) = amount.split_once('.').unwrap_or((amount, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals: u32 = format!("{decimals:0<3}").parse().ok()?;
    whole.checked_mul(1_000)?.checked_add(decimals)
}

impl FromStr for Price {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (amount, currency) = text
            .split_once(' ')
            .ok_or_else(|| FORM.refuse(text, "it does not name a currency after the amount"))?;
        let milli = milli(amount)
            .ok_or_else(|| FORM.refuse(text, "its amount is not one with up to three decimals"))?;
        Self::from_milli(milli, currency)
            .ok_or_else(|| FORM.refuse(text, "its currency is not a code of three capital letters"))
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { currency, milli } = self;
        let (whole, decimals) = (milli / 1_000, milli % 1_000);
        let amount = match decimals % 10 {
            0 => format!("{whole}.{:02}", decimals / 10),
            _ => format!("{whole}.{decimals:03}"),
        };
        let currency: String = currency.iter().copied().map(char::from).collect();
        f.pad(&format!("{amount} {currency}"))
    }
}

serde_as_text!(Price);

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_read_and_compare_as_numbers() {
        for (text, shown) in [
            ("2.49 USD", "2.49 USD"),
            ("2.5 EUR", "2.50 EUR"),
            ("10 USD", "10.00 USD"),
            ("0.125 USD", "0.125 USD"),
        ] {
            assert_eq!(price(text).to_string(), shown);
        }
        assert_eq!(price("9.99 USD").at_most(price("10 USD")), Some(true));
        assert_eq!(price("10.01 USD").at_most(price("10 USD")), Some(false));
        assert_eq!(price("1 EUR").at_most(price("10 USD")), None);
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in [
            "",
            "2.49",
            "2.49USD",
            "2,49 USD",
            "-1 USD",
            "1.2345 USD",
            "1 usd",
            "1 USDT",
            ". USD",
            "4294968 USD",
        ] {
            assert!(bad.parse::<Price>().is_err(), "{bad:?}");
        }
    }
}
