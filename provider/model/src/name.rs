//! A natural-key segment.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ParseError;
use crate::parse_error::{Form, name_character};

const FORM: Form = Form {
    noun: "name",
    allowed: "1 to 63 lower-case letters, digits and `-`, starting with a letter",
    code: "invalid-name",
};

const MAX_BYTES: usize = 63;

/// A natural-key segment: 1 to 63 lower-case letters, digits and `-`, letter first.
///
/// Names of workloads, pools and connectors are of this form, so a name fits unescaped into a
/// SPIFFE ID path, a ledger key and a DNS label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn parse_as(form: &Form, text: &str) -> Result<Self, ParseError> {
        let refuse = |found: String| {
            let error = form.refuse(text, found);
            match near(text) {
                Some(name) => error.suggesting(name),
                None => error,
            }
        };
        if text.is_empty() {
            return Err(refuse("it is empty".into()));
        }
        if text.len() > MAX_BYTES {
            return Err(refuse(format!("it has {} bytes", text.len())));
        }
        let bad = |c: &char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-');
        if let Some(character) = text.chars().find(bad) {
            return Err(refuse(format!("it contains {}", name_character(character))));
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(refuse("it does not start with a letter".into()));
        }
        Ok(Self(text.into()))
    }
}

/// The name that a person who wrote `Fraud_Scorer` meant.
fn near(text: &str) -> Option<String> {
    let folded: String = text
        .chars()
        .map(|c| {
            if matches!(c, '_' | ' ' | '.') {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let valid = folded.len() <= MAX_BYTES
        && folded.starts_with(|c: char| c.is_ascii_lowercase())
        && folded
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    valid.then_some(folded)
}

impl FromStr for Name {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse_as(&FORM, text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

serde_as_text!(Name);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in ["a", "fraud-scorer", "h200", &"a".repeat(63)] {
            assert_eq!(good.parse::<Name>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "1a",
            "-a",
            "A",
            "a_b",
            "a.b",
            "é",
            "a\n",
            &"a".repeat(64),
        ] {
            assert!(bad.parse::<Name>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_refused_name_reads_as_a_diagnostic() {
        assert_eq!(
            "Fraud_Scorer".parse::<Name>().unwrap_err().to_string(),
            "Invalid name\n\
             `Fraud_Scorer` is not a valid name: it contains the upper-case letter `F`. Allowed: 1 to \
             63 lower-case letters, digits and `-`, starting with a letter.\n\n\
             Did you mean `fraud-scorer`?\n\n\
             invalid-name"
        );
    }
}
