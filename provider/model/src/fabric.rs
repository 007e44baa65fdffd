//! An NVLink domain.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ParseError;
use crate::node_name::fault;
use crate::parse_error::Form;

const FORM: Form = Form {
    noun: "NVLink domain",
    allowed: "`<cluster UUID>.<clique>`: 1 to 253 letters, digits, `.`, `-`, `_` and `:`",
    code: "invalid-fabric",
};

/// An NVLink domain, over whose links devices of several nodes reach each other: cluster UUID and clique.
///
/// Written `<cluster UUID>.<clique>`, as NVIDIA's GPU feature discovery labels nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fabric(Arc<str>);

impl Fabric {
    /// The domain of a cluster and a clique, as NVML gives them (`nvmlGpuFabricInfo`).
    #[must_use]
    pub fn of_clique(cluster: [u8; 16], clique: u32) -> Self {
        let mut text = String::with_capacity(48);
        for (position, byte) in cluster.into_iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            for nibble in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(nibble.into(), 16));
            }
        }
        text.push('.');
        text.push_str(&clique.to_string());
        Self(text.into())
    }
}

impl FromStr for Fabric {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match fault(text) {
            Some(found) => Err(FORM.refuse(text, found)),
            None => Ok(Self(text.into())),
        }
    }
}

impl fmt::Display for Fabric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

serde_as_text!(Fabric);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clique_reads_as_feature_discovery_writes_it() {
        let fabric = Fabric::of_clique([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255], 7);
        let text = "01020304-0506-0708-090a-0b0c0d0e0fff.7";
        assert_eq!(fabric.to_string(), text);
        assert_eq!(fabric, text.parse().unwrap());
    }
}
