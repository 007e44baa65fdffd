//! What a group is called.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::parse_error::Form;
use crate::subject::identifier_fault;
use crate::{ParseError, Subject};

const FORM: Form = Form {
    noun: "group name",
    allowed: "letters, digits and `._-@/:+=`, such as `ml-release`, without the prefix `group:`",
    code: "invalid-group-name",
};

/// What a group is called, such as `ml-release`; as a subject it is `group:ml-release`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupName(Arc<str>);

impl GroupName {
    /// The group as a subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::Group(Arc::clone(&self.0))
    }
}

impl FromStr for GroupName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Some(bare) = text.strip_prefix("group:") {
            let error = FORM.refuse(text, "it starts with `group:`");
            return Err(error.suggesting(bare));
        }
        match identifier_fault(text) {
            Some(fault) if text.is_empty() => Err(FORM.refuse(
                text,
                fault.replace("nothing follows the colon", "it is empty"),
            )),
            Some(fault) => Err(FORM.refuse(text, fault)),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(GroupName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let name: GroupName = "ml-release".parse().unwrap();
        assert_eq!(name.subject().to_string(), "group:ml-release");
        assert_eq!(
            "group:x".parse::<GroupName>().unwrap_err().suggestion(),
            Some("x")
        );
        for bad in ["", "a b", "*", "a\n"] {
            assert!(bad.parse::<GroupName>().is_err(), "{bad:?}");
        }
    }
}
