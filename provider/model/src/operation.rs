//! What a permission lets its subject do.

use std::fmt;
use std::str::FromStr;

use crate::parse_error::Form;
use crate::{DeployVerb, Duty, ParseError};

const FORM: Form = Form {
    noun: "operation",
    allowed: "`use`, `read`, `call` or a deploy verb such as `rollout`",
    code: "invalid-operation",
};

/// What a permission lets its subject do to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Change what is deployed, or how.
    Deploy(DeployVerb),
    /// Run on a GPU pool.
    Use,
    /// Read a stored object.
    Read,
    /// Send requests to a service.
    Call,
}

impl Operation {
    /// The operation as text; a deploy verb is written by itself.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deploy(verb) => verb.as_str(),
            Self::Use => "use",
            Self::Read => "read",
            Self::Call => "call",
        }
    }

    /// The duty that the operation belongs to.
    #[must_use]
    pub const fn duty(self) -> Duty {
        match self {
            Self::Deploy(verb) => verb.duty(),
            Self::Use | Self::Read | Self::Call => Duty::Runtime,
        }
    }
}

impl FromStr for Operation {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "use" => Ok(Self::Use),
            "read" => Ok(Self::Read),
            "call" => Ok(Self::Call),
            _ => text.parse().map(Self::Deploy).map_err(|_: ParseError| {
                let verbs = DeployVerb::ALL.iter().map(|verb| verb.as_str());
                FORM.outside(text, ["use", "read", "call"].into_iter().chain(verbs))
            }),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

serde_as_text!(Operation);
