//! Who answers for a workload or a pool.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ParseError;
use crate::parse_error::{Form, nearest};
use crate::subject::identifier_fault;

const FORM: Form = Form {
    noun: "owner",
    allowed: "`team:<name>`, `group:<name>` or `user:<name>`, such as `team:risk-ml`",
    code: "invalid-owner",
};

closed_set! {
    /// What kind of people an [`Owner`] is.
    pub enum OwnerKind, "owner kind", "invalid-owner-kind", "`team`, `group` or `user`" {
        /// A team of the organisation.
        Team = "team",
        /// A group of the directory.
        Group = "group",
        /// One person.
        User = "user",
    }
}

/// Who answers for a workload or a pool: `team:risk-ml`, `group:ml-release`,
/// `user:ana@acme.example`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    kind: OwnerKind,
    name: Arc<str>,
}

impl Owner {
    /// A team, a group or a user.
    #[must_use]
    pub fn kind(&self) -> OwnerKind {
        self.kind
    }

    /// The part after the colon.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for Owner {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Some((kind, name)) = text.split_once(':') else {
            let error = FORM.refuse(
                text,
                "it does not say whether it is a team, a group or a user",
            );
            let guess = format!("team:{text}");
            let valid = identifier_fault(text).is_none();
            return Err(if valid {
                error.suggesting(guess)
            } else {
                error
            });
        };
        if let Some(found) = identifier_fault(name) {
            return Err(FORM.refuse(text, found));
        }
        match kind.parse() {
            Ok(kind) => Ok(Self {
                kind,
                name: name.into(),
            }),
            Err(_) => {
                let error = FORM.refuse(text, "it starts with another kind of owner");
                Err(
                    match nearest(kind, OwnerKind::ALL.iter().map(|kind| kind.as_str())) {
                        Some(kind) => error.suggesting(format!("{kind}:{name}")),
                        None => error,
                    },
                )
            }
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.name)
    }
}

serde_as_text!(Owner);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in ["team:risk-ml", "user:ana@acme.example", "group:ML/release"] {
            assert_eq!(good.parse::<Owner>().unwrap().to_string(), good);
        }
        for (bad, suggestion) in [
            ("risk-ml", Some("team:risk-ml")),
            ("teams:risk-ml", Some("team:risk-ml")),
            ("team:", None),
            ("team:*", None),
            ("", None),
            ("robot:x", None),
        ] {
            assert_eq!(
                bad.parse::<Owner>().unwrap_err().suggestion(),
                suggestion,
                "{bad:?}"
            );
        }
    }
}
