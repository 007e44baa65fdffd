//! One pinned plugin, as `portcullis.lock` writes it.

use serde::{Deserialize, Serialize};

use crate::manifest::{HttpAccess, Manifest, SecretAccess, SignatureAccess, World};
use crate::trust::{Claims, KeyId};

/// One pinned plugin. The rights are those that were reviewed when it was pinned; which of them are granted is said in
/// HCL and not here.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name in the manifest; HCL may refer to the plugin by it.
    pub name: String,
    /// Version in the manifest.
    pub version: String,
    /// Kind of the plugin.
    pub world: World,
    /// Where it came from: `file:<path>`, `https://...` or `oci://registry/repository:tag`. For the latter `sha256` is also
    /// the digest of the layer, which does not change when the same component is pushed again.
    #[serde(default)]
    pub source: String,
    /// The file, relative to the folder of the lock; HCL may refer to the plugin by it.
    pub path: String,
    /// Digest of the file in lower-case hexadecimal.
    pub sha256: String,
    /// The trusted key that signed it when it was pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<KeyId>,
    /// Kinds of objects that the plugin keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    /// Requests that the plugin asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpAccess>,
    /// Secrets that the plugin asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretAccess>,
    /// Requests that the plugin asks to have signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<SignatureAccess>,
}

impl Entry {
    /// An entry for the component that has this manifest.
    pub(super) fn of(manifest: Manifest, sha256: String) -> Self {
        Self {
            name: manifest.name,
            version: manifest.version,
            world: manifest.world,
            source: String::new(),
            path: String::new(),
            sha256,
            signer: None,
            http: manifest.http,
            secrets: manifest.secrets,
            signatures: manifest.signatures,
            objects: manifest.objects,
        }
    }

    /// What a signature of this plugin has to be of.
    #[must_use]
    pub fn claims(&self) -> Claims {
        Claims {
            name: self.name.clone(),
            version: self.version.clone(),
            sha256: self.sha256.clone(),
        }
    }
}
