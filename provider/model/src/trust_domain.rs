//! The authority of SPIFFE IDs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ParseError;
use crate::parse_error::{Form, name_character};

const FORM: Form = Form {
    noun: "trust domain",
    allowed: "1 to 255 lower-case letters, digits, `.`, `-` and `_`, such as `acme.example`",
    code: "invalid-trust-domain",
};

/// A SPIFFE trust domain such as `acme.example` (SPIFFE ID standard, section 2.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustDomain(Arc<str>);

impl TrustDomain {
    /// The trust domain as text, without a scheme.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is wrong with a trust domain, if anything.
pub(crate) fn fault(text: &str) -> Option<String> {
    let bad = |c: &char| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '-' | '_');
    if text.is_empty() {
        Some("the trust domain is empty".into())
    } else if text.len() > 255 {
        Some(format!("the trust domain has {} bytes", text.len()))
    } else {
        let character = text.chars().find(bad)?;
        Some(format!(
            "the trust domain contains {}",
            name_character(character)
        ))
    }
}

impl FromStr for TrustDomain {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Some(found) = fault(text) else {
            return Ok(Self(text.into()));
        };
        let error = FORM.refuse(text, found);
        let bare = text
            .strip_prefix("spiffe://")
            .unwrap_or(text)
            .to_ascii_lowercase();
        Err(if fault(&bare).is_none() {
            error.suggesting(bare)
        } else {
            error
        })
    }
}

impl fmt::Display for TrustDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

serde_as_text!(TrustDomain);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in ["acme.example", "a", "prod_1.acme-x", "10.0.0.1"] {
            assert_eq!(good.parse::<TrustDomain>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "Acme",
            "acme.example:443",
            "user@acme",
            "a/b",
            "bücher",
            "%41",
        ] {
            assert!(bad.parse::<TrustDomain>().is_err(), "{bad:?}");
        }
        let error = "spiffe://Acme.example".parse::<TrustDomain>().unwrap_err();
        assert_eq!(error.suggestion(), Some("acme.example"));
    }
}
