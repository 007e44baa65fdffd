//! The machine that a device sits in.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ParseError;
use crate::parse_error::{Form, name_character};

const FORM: Form = Form {
    noun: "node name",
    allowed: "1 to 253 letters, digits, `.`, `-`, `_` and `:`",
    code: "invalid-node-name",
};

/// The name that a source gives the machine that a device sits in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeName(Arc<str>);

impl NodeName {
    /// The host that asks, where it has no name of its own.
    #[must_use]
    pub fn localhost() -> Self {
        Self("localhost".into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is wrong with a text that must stand between the slashes of a device key, if anything.
pub(crate) fn fault(text: &str) -> Option<String> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    // Names come by the hundred thousand, and nearly all of them are good.
    if (1..=253).contains(&text.len()) && text.bytes().all(good) {
        return None;
    }
    let bad = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    if text.is_empty() {
        return Some("it is empty".into());
    }
    if text.len() > 253 {
        return Some(format!("it has {} bytes", text.len()));
    }
    let character = text.chars().find(bad)?;
    Some(format!("it contains {}", name_character(character)))
}

impl FromStr for NodeName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match fault(text) {
            Some(found) => Err(FORM.refuse(text, found)),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

serde_as_text!(NodeName);
