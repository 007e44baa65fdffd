//! One GPU instance at its place.

use std::fmt;
use std::str::FromStr;

use crate::parse_error::Form;
use crate::{MigProfile, ParseError};

const FORM: Form = Form {
    noun: "GPU instance",
    allowed: "a MIG profile and the memory unit at which the instance begins, such as `1g.18gb@4`",
    code: "invalid-mig-instance",
};

/// One GPU instance at its place: `<profile>@<start>`. How many units it takes follows from the model and the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigInstance {
    /// Its profile.
    pub profile: MigProfile,
    /// The memory unit at which it begins, from 0.
    pub start: u8,
}

fn parse(text: &str) -> Option<MigInstance> {
    let (profile, start) = text.split_once('@')?;
    let start: u8 = start.parse().ok()?;
    let instance = MigInstance {
        profile: profile.parse().ok()?,
        start,
    };
    (instance.to_string() == text).then_some(instance)
}

impl FromStr for MigInstance {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).ok_or_else(|| FORM.refuse(text, "it does not have that form"))
    }
}

impl fmt::Display for MigInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.profile, self.start)
    }
}

serde_as_text!(MigInstance);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in ["1g.18gb@0", "3g.71gb@4", "1g.24gb+me.all@3"] {
            assert_eq!(good.parse::<MigInstance>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "1g.18gb",
            "1g.18gb@",
            "@4",
            "1g.18gb@04",
            "1g.18gb@256",
            "1g.18gb@-1",
        ] {
            assert!(bad.parse::<MigInstance>().is_err(), "{bad:?}");
        }
    }
}
