//! A component that no lock pins: for looking at it, or signing it.

use std::path::Path;

use super::{Entry, PluginRef, candidate, file};
use crate::error::PluginError;
use crate::manifest::Manifest;
use crate::trust::{Claims, Trust};

/// A component that was read and not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpinned {
    /// The whole file.
    pub binary: Vec<u8>,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Digest of the file in lower-case hexadecimal.
    pub sha256: String,
    /// The text of the signature beside it.
    pub signature: Option<String>,
}

impl Unpinned {
    /// Reads a component, wherever it lies.
    ///
    /// # Errors
    /// When it cannot be read, is larger than `max_bytes`, or is no plugin.
    pub fn read(path: &Path, max_bytes: u64) -> Result<Self, PluginError> {
        let shown = path.display().to_string();
        let binary = file::read_limited(path, &shown, max_bytes)?;
        let manifest = Manifest::of_component(&binary).map_err(|reason| PluginError::Invalid {
            plugin: shown,
            reason,
        })?;
        Ok(Self {
            sha256: file::sha256_hex(&binary),
            signature: candidate::signature_of(path)?,
            binary,
            manifest,
        })
    }

    /// The component as something that a host can run although no lock pins it: for its author, and for whoever decides
    /// about it. `file` is where it was read.
    #[must_use]
    pub fn plugin(&self, file: &Path) -> PluginRef {
        let mut entry = Entry::of(self.manifest.clone(), self.sha256.clone());
        entry.path = file.display().to_string();
        PluginRef {
            entry,
            file: file.to_owned(),
            trust: Trust::default(),
        }
    }

    /// What a signature of it has to be of.
    #[must_use]
    pub fn claims(&self) -> Claims {
        Entry::of(self.manifest.clone(), self.sha256.clone()).claims()
    }
}
