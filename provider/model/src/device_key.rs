//! The name under which a device is reserved.

use std::fmt;
use std::str::FromStr;

use crate::parse_error::Form;
use crate::{DeviceId, Name, NodeName, ParseError};

const FORM: Form = Form {
    noun: "device key",
    allowed: "`<source>/<node>/<device UUID or index>`",
    code: "invalid-device-key",
};

/// The name under which a device is reserved: `<source>/<node>/<device UUID or index>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceKey {
    /// The connector that reported the device.
    pub source: Name,
    /// The machine it sits in.
    pub node: NodeName,
    /// Which of the machine's devices.
    pub id: DeviceId,
}

impl FromStr for DeviceKey {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let parts: Vec<&str> = text.split('/').collect();
        let [source, node, id] = parts.as_slice() else {
            return Err(FORM.refuse(text, "it does not have three parts"));
        };
        let refuse = |part: &str| FORM.refuse(text, format!("its {part} is not valid"));
        Ok(Self {
            source: source.parse().map_err(|_: ParseError| refuse("source"))?,
            node: node.parse().map_err(|_: ParseError| refuse("node"))?,
            id: id.parse().map_err(|_: ParseError| refuse("device id"))?,
        })
    }
}

impl fmt::Display for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.source, self.node, self.id)
    }
}

serde_as_text!(DeviceKey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in [
            "cluster/openb-node-0001/0",
            "here/host.acme/GPU-a893886b-3030-584c-91b3-7728f717af39",
        ] {
            assert_eq!(good.parse::<DeviceKey>().unwrap().to_string(), good);
        }
        for bad in ["", "a/b", "a/b/c/d", "A/b/0", "a//0", "a/b/"] {
            assert!(bad.parse::<DeviceKey>().is_err(), "{bad:?}");
        }
    }
}
