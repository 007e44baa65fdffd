//! An entry: which code belongs to which plugin, under a seal.

use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::file_identity::FileIdentity;
use super::key::Key;

const TAG_LEN: usize = 32;

/// Which code belongs to a plugin.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Entry {
    /// Digest of the code in lower-case hexadecimal.
    code_sha256: String,
    /// The code's file when that digest was last computed.
    code_seen: Option<FileIdentity>,
    /// The plugin's file when its digest was last computed.
    source_seen: Option<FileIdentity>,
    /// The plugin's section `portcullis:manifest`, so that its file need not be read.
    manifest: String,
}

impl Entry {
    pub(super) fn new(code_sha256: String, manifest: &str) -> Self {
        Self {
            code_sha256,
            code_seen: None,
            source_seen: None,
            manifest: manifest.to_owned(),
        }
    }

    /// Opens a sealed entry of that name.
    pub(super) fn open(sealed: &[u8], key: &Key, name: &str) -> Result<Self, &'static str> {
        let (tag, text) = sealed.split_at_checked(TAG_LEN).ok_or("it is cut short")?;
        seal(key, name, text)
            .verify_slice(tag)
            .map_err(|_| "it was not made by this cache")?;
        serde_json::from_slice(text).map_err(|_| "it cannot be read")
    }

    pub(super) fn sealed(&self, key: &Key, name: &str) -> Vec<u8> {
        // Texts, numbers and bytes always have a JSON form.
        let text = serde_json::to_vec(self).unwrap_or_default();
        let mut sealed = seal(key, name, &text).finalize().into_bytes().to_vec();
        sealed.extend(text);
        sealed
    }

    /// File of the code of the entry of that name. It carries the code's own digest: two processes that compile at once
    /// never have one's entry beside the other's code.
    pub(super) fn code_file(&self, name: &str) -> String {
        let start = self.code_sha256.get(..16).unwrap_or_default();
        format!("{}-{start}.cwasm", name.trim_end_matches(".entry"))
    }

    pub(super) fn code_sha256(&self) -> &str {
        &self.code_sha256
    }

    pub(super) fn code_seen(&self) -> Option<&FileIdentity> {
        self.code_seen.as_ref()
    }

    pub(super) fn source_seen(&self) -> Option<&FileIdentity> {
        self.source_seen.as_ref()
    }

    pub(super) fn manifest(&self) -> &str {
        &self.manifest
    }

    pub(super) fn with_code(self, seen: FileIdentity) -> Self {
        Self {
            code_seen: Some(seen),
            ..self
        }
    }

    pub(super) fn with_source(self, seen: FileIdentity) -> Self {
        Self {
            source_seen: Some(seen),
            ..self
        }
    }
}

/// Over the name too, so that one plugin's entry does not pass for another's.
fn seal(key: &Key, name: &str, text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new(key.into());
    mac.update(name.as_bytes());
    mac.update(text);
    mac
}
