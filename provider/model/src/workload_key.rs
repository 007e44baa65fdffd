//! The natural key of a workload identity.

use std::fmt;
use std::str::FromStr;

use crate::parse_error::Form;
use crate::{Environment, Name, ParseError};

const FORM: Form = Form {
    noun: "workload key",
    allowed: "`<environment>/<name>`, such as `production/fraud-scorer`",
    code: "invalid-workload-key",
};

/// The natural key of a workload identity, `<environment>/<name>`: what other resources refer to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadKey {
    /// Where it runs.
    pub environment: Environment,
    /// What it is called there.
    pub name: Name,
}

impl FromStr for WorkloadKey {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Some((environment, name)) = text.split_once('/') else {
            return Err(FORM.refuse(text, "it has no `/`"));
        };
        let refuse = |part: &str| FORM.refuse(text, format!("its {part} is not valid"));
        Ok(Self {
            environment: environment
                .parse()
                .map_err(|_: ParseError| refuse("environment"))?,
            name: name.parse().map_err(|_: ParseError| refuse("name"))?,
        })
    }
}

impl fmt::Display for WorkloadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.environment, self.name)
    }
}

serde_as_text!(WorkloadKey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let key: WorkloadKey = "production/fraud-scorer".parse().unwrap();
        assert_eq!(key.to_string(), "production/fraud-scorer");
        for bad in [
            "",
            "fraud-scorer",
            "production/",
            "/fraud",
            "production/fraud/2",
            "Prod/fraud",
        ] {
            assert!(bad.parse::<WorkloadKey>().is_err(), "{bad:?}");
        }
    }
}
