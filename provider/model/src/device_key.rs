//! The name under which a device is reserved.

use std::fmt;
use std::str::FromStr;

use crate::parse_error::Form;
use crate::{DeviceId, MigInstance, Name, NodeName, ParseError};

const FORM: Form = Form {
    noun: "device key",
    allowed: "`<source>/<node>/<device UUID or index>`, of a GPU instance that is to be made with `/<profile>@<start>` behind it",
    code: "invalid-device-key",
};

/// The name under which a device is reserved: `<source>/<node>/<device UUID or index>`; that of a GPU instance which is to
/// be made on it has `/<profile>@<start>` behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceKey {
    /// The connector that reported the device.
    pub source: Name,
    /// The machine it sits in.
    pub node: NodeName,
    /// Which of the machine's devices.
    pub id: DeviceId,
    /// The instance that is to be made on the device; `None` for the device itself.
    pub instance: Option<MigInstance>,
}

impl DeviceKey {
    /// The device itself, of an instance that is to be made the one that it is to be made on.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self {
            instance: None,
            ..self.clone()
        }
    }
}

impl FromStr for DeviceKey {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let parts: Vec<&str> = text.split('/').collect();
        let (source, node, id, instance) = match parts.as_slice() {
            [source, node, id] => (source, node, id, None),
            [source, node, id, instance] => (source, node, id, Some(instance)),
            _ => return Err(FORM.refuse(text, "it does not have three or four parts")),
        };
        let refuse = |part: &str| FORM.refuse(text, format!("its {part} is not valid"));
        Ok(Self {
            source: source.parse().map_err(|_: ParseError| refuse("source"))?,
            node: node.parse().map_err(|_: ParseError| refuse("node"))?,
            id: id.parse().map_err(|_: ParseError| refuse("device id"))?,
            instance: match instance {
                Some(instance) => {
                    let parsed = instance.parse();
                    Some(parsed.map_err(|_: ParseError| refuse("GPU instance"))?)
                }
                None => None,
            },
        })
    }
}

impl fmt::Display for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.source, self.node, self.id)?;
        match self.instance {
            Some(instance) => write!(f, "/{instance}"),
            None => Ok(()),
        }
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
            "here/host.acme/GPU-a893886b-3030-584c-91b3-7728f717af39/1g.18gb@4",
        ] {
            assert_eq!(good.parse::<DeviceKey>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "a/b",
            "a/b/c/d",
            "a/b/c/d/e",
            "a/b/0/1g.18gb",
            "a/b/0/1g.18gb@x",
            "A/b/0",
            "a//0",
            "a/b/",
        ] {
            assert!(bad.parse::<DeviceKey>().is_err(), "{bad:?}");
        }
    }
}
