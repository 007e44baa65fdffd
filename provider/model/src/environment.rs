//! Where a workload runs: `production`, `staging`, `test` ...

use std::fmt;
use std::str::FromStr;

use crate::parse_error::Form;
use crate::{Name, ParseError};

const FORM: Form = Form {
    noun: "environment",
    allowed: "1 to 63 lower-case letters, digits and `-`, starting with a letter",
    code: "invalid-environment",
};

/// Where a workload runs, such as `production`; an organisation chooses its own words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Environment(Name);

impl Environment {
    /// The environment as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Environment {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Name::parse_as(&FORM, text).map(Self)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(Environment);
