//! The number by which minisign tells keys apart.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Two bytes of algorithm come first in keys and signatures.
const ALGORITHM_LEN: usize = 2;
const LEN: usize = 8;

/// Eight bytes that keys and their signatures share, written as minisign writes them: `E7620F1842B4E81F`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// Of the base64 line of a public key.
    #[must_use]
    pub fn of_base64(line: &str) -> Option<Self> {
        let bytes = STANDARD.decode(line.trim()).ok()?;
        let id = bytes.get(ALGORITHM_LEN..ALGORITHM_LEN + LEN)?;
        let id = u64::from_le_bytes(id.try_into().ok()?);
        Some(Self(format!("{id:016X}")))
    }

    /// Of a signature file.
    #[must_use]
    pub fn of_signature(text: &str) -> Option<Self> {
        Self::of_base64(text.lines().nth(1)?)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::KeyId;

    #[test]
    fn the_id_of_minisigns_own_key_is_the_one_it_publishes() {
        let key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
        assert_eq!(
            KeyId::of_base64(key).unwrap().to_string(),
            "E7620F1842B4E81F"
        );
        assert_eq!(KeyId::of_base64("RWQf6LRC"), None);
        assert_eq!(KeyId::of_signature("untrusted comment: x"), None);
    }
}
