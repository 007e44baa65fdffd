//! Which of a node's devices.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::parse_error::Form;
use crate::{ParseError, node_name};

const FORM: Form = Form {
    noun: "device id",
    allowed: "a device UUID such as `GPU-a893886b-3030-584c-91b3-7728f717af39`, an index such as `0`, or 1 to \
              253 letters, digits, `.`, `-`, `_` and `:`",
    code: "invalid-device-id",
};

const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Which of a node's devices: a UUID where the source tells one, else an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceId {
    /// The position on its node; devices of a source that only counts get 0, 1, 2 ...
    Index(u32),
    /// NVIDIA's device UUID, `GPU-` and 32 hexadecimal digits; the same from every source.
    Uuid([u8; 16]),
    /// Any other id that a source gives.
    Other(Arc<str>),
}

fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let text = text.strip_prefix("GPU-")?;
    if !text.split('-').map(str::len).eq(GROUPS) {
        return None;
    }
    let mut digits = text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16));
    let mut uuid = [0_u8; 16];
    for byte in &mut uuid {
        let (high, low) = (digits.next()??, digits.next()??);
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(uuid)
}

impl FromStr for DeviceId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Some(uuid) = parse_uuid(text) {
            return Ok(Self::Uuid(uuid));
        }
        if let Ok(index) = text.parse::<u32>()
            && index.to_string() == text
        {
            return Ok(Self::Index(index));
        }
        match node_name::fault(text) {
            Some(found) => Err(FORM.refuse(text, found)),
            None => Ok(Self::Other(text.into())),
        }
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Other(text) => f.write_str(text),
            Self::Uuid(uuid) => {
                f.write_str("GPU-")?;
                for (position, byte) in uuid.iter().enumerate() {
                    if matches!(position, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

serde_as_text!(DeviceId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let uuid = "GPU-a893886b-3030-584c-91b3-7728f717af39";
        assert!(matches!(uuid.parse().unwrap(), DeviceId::Uuid(_)));
        assert_eq!("7".parse::<DeviceId>().unwrap(), DeviceId::Index(7));
        for good in [
            uuid,
            "0",
            "4294967295",
            "007",
            "gpu-0",
            "MIG-1",
            "99999999999",
        ] {
            assert_eq!(good.parse::<DeviceId>().unwrap().to_string(), good);
        }
        for bad in ["", "a/b", "a b", "\u{0}"] {
            assert!(bad.parse::<DeviceId>().is_err(), "{bad:?}");
        }
        let upper = "GPU-A893886B-3030-584C-91B3-7728F717AF39"
            .parse::<DeviceId>()
            .unwrap();
        assert_eq!(upper.to_string(), uuid);
    }
}
