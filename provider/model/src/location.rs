//! A region or a zone.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ParseError;
use crate::node_name::fault;
use crate::parse_error::Form;

const FORM: Form = Form {
    noun: "location",
    allowed: "1 to 253 letters, digits, `.`, `-`, `_` and `:`",
    code: "invalid-location",
};

/// A region or a zone, by the name that its platform gives it, such as `eu-west-1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(Arc<str>);

impl Location {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Location {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match fault(text) {
            Some(found) => Err(FORM.refuse(text, found)),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

serde_as_text!(Location);
