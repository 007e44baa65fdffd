//! Who may have made a plugin: the keys that `portcullis.lock` trusts, and signatures in the format of minisign.
//!
//! As long as no key is trusted, nobody asks for signatures; from the first key on, every plugin needs one by a trusted
//! key, and anything else is refused. The signature covers the whole component, manifest included.

mod claims;
mod error;
mod key_id;

use std::path::{Path, PathBuf};

use minisign_verify::{PublicKey, Signature};
use serde::{Deserialize, Serialize};

pub use claims::Claims;
pub use error::TrustError;
pub use key_id::KeyId;

/// A signature has four lines; nothing longer is read.
pub(crate) const SIGNATURE_BYTES: u64 = 8 * 1024;
const TRUSTED_COMMENT: &str = "trusted comment: ";

/// A public key, and what people call it.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// Whose key it is, in a word.
    pub name: String,
    /// The second line of a minisign public key file.
    pub public: String,
}

/// The keys whose signatures count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    name: String,
    id: KeyId,
    public: PublicKey,
}

impl Trust {
    /// Takes the keys of a lock. The error is a clause that names the key.
    pub(crate) fn of(keys: &[TrustedKey]) -> Result<Self, String> {
        let key = |trusted: &TrustedKey| {
            let invalid = || {
                format!(
                    "the key `{}` has `public = {:?}`, which is no minisign public key",
                    trusted.name, trusted.public
                )
            };
            Ok(Key {
                name: trusted.name.clone(),
                id: KeyId::of_base64(&trusted.public).ok_or_else(invalid)?,
                public: PublicKey::from_base64(&trusted.public).map_err(|_| invalid())?,
            })
        };
        let keys = keys.iter().map(key).collect::<Result<_, String>>()?;
        Ok(Self { keys })
    }

    /// Whether a plugin needs a signature at all.
    #[must_use]
    pub fn asks_for_signatures(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The name of a trusted key.
    #[must_use]
    pub fn name_of(&self, id: &KeyId) -> Option<&str> {
        let key = self.keys.iter().find(|key| key.id == *id);
        key.map(|key| key.name.as_str())
    }

    /// Verifies the signature of a component, when signatures are asked for, and gives the key that made it.
    ///
    /// # Errors
    /// When there is no signature, when no trusted key made it, or when it was made for something else.
    pub fn verify(
        &self,
        binary: &[u8],
        claims: &Claims,
        signature: Option<&str>,
    ) -> Result<Option<KeyId>, TrustError> {
        if !self.asks_for_signatures() {
            return Ok(None);
        }
        let plugin = || claims.name.clone();
        let Some(text) = signature else {
            return Err(TrustError::Unsigned {
                plugin: plugin(),
                keys: self.to_string(),
            });
        };
        let unreadable = |reason: &str| TrustError::Unreadable {
            plugin: plugin(),
            reason: reason.to_owned(),
        };
        let id = KeyId::of_signature(text)
            .ok_or_else(|| unreadable("its second line is no minisign signature"))?;
        let signature = Signature::decode(text).map_err(|error| unreadable(&error.to_string()))?;
        let Some(key) = self.keys.iter().find(|key| key.id == id) else {
            return Err(TrustError::AnotherKey {
                plugin: plugin(),
                found: id,
                keys: self.to_string(),
            });
        };
        let said = Claims::of_comment(signature.trusted_comment());
        let not_of_it = || TrustError::AnotherFile {
            plugin: plugin(),
            key: key.name.clone(),
            asked: claims.to_string(),
            said: match &said {
                Some(said) => format!("says that it was made for {said}"),
                None => "was made for other bytes".to_owned(),
            },
        };
        match key.public.verify(binary, &signature, false) {
            Ok(()) if said.as_ref().is_none_or(|said| said == claims) => Ok(Some(id)),
            Err(minisign_verify::Error::UnexpectedAlgorithm) => Err(unreadable(
                "it is of minisign's legacy kind, made with `minisign -l`",
            )),
            Ok(()) | Err(_) => Err(not_of_it()),
        }
    }
}

/// The keys by name and id, in backticks.
impl std::fmt::Display for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, key) in self.keys.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}`{}` ({})", key.name, key.id)?;
        }
        Ok(())
    }
}

/// Where the signature of a component lies: `<plugin>.wasm.minisig`, as minisign names it.
#[must_use]
pub fn signature_path(component: &Path) -> PathBuf {
    let mut path = component.as_os_str().to_owned();
    path.push(".minisig");
    PathBuf::from(path)
}

/// What a signature says of itself, verified or not: the key that it names and what it claims to be of.
#[must_use]
pub fn said_by(signature: &str) -> Option<(KeyId, Option<Claims>)> {
    let id = KeyId::of_signature(signature)?;
    let comment = signature.lines().nth(2)?.strip_prefix(TRUSTED_COMMENT)?;
    Some((id, Claims::of_comment(comment)))
}
