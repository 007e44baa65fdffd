//! What a permission is about.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::parse_error::Form;
use crate::subject::identifier_fault;
use crate::{Name, ParseError};

const FORM: Form = Form {
    noun: "object",
    allowed: "`<kind>:<path>` without wildcards, such as `vault:secret/models/fraud` or `service:ledger-api`",
    code: "invalid-object",
};

/// What a permission is about: `vault:secret/models/fraud`, `service:ledger-api`,
/// `pool:scoring-h200`.
///
/// The kinds are not a closed set: connectors bring their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    kind: Name,
    path: Arc<str>,
}

impl Object {
    /// The part before the colon.
    #[must_use]
    pub fn kind(&self) -> &Name {
        &self.kind
    }

    /// The part after the colon.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl FromStr for Object {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (kind, path) = text
            .split_once(':')
            .ok_or_else(|| FORM.refuse(text, "it names no kind"))?;
        let kind = kind.parse().map_err(|_: ParseError| {
            FORM.refuse(
                text,
                "its kind is not of lower-case letters, digits and `-`",
            )
        })?;
        match identifier_fault(path) {
            Some(found) => Err(FORM.refuse(text, found)),
            None => Ok(Self {
                kind,
                path: path.into(),
            }),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.path)
    }
}

serde_as_text!(Object);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in [
            "vault:secret/models/fraud",
            "service:ledger-api",
            "bucket:arn:aws:s3:::models",
        ] {
            assert_eq!(good.parse::<Object>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "vault",
            "vault:",
            ":x",
            "Vault:x",
            "vault:secret/*",
            "vault:a b",
            "vault:a\n",
        ] {
            assert!(bad.parse::<Object>().is_err(), "{bad:?}");
        }
    }
}
