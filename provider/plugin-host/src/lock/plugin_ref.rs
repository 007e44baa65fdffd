//! A pinned plugin that is about to be loaded.

use std::path::PathBuf;

use super::{Entry, candidate, file};
use crate::error::PluginError;
use crate::manifest::Manifest;
use crate::trust::{KeyId, Trust};

/// A pinned plugin, where its file lies, and whose signature it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRef {
    /// What the lock says.
    pub entry: Entry,
    /// The file.
    pub file: PathBuf,
    /// The keys of the lock.
    pub trust: Trust,
}

impl PluginRef {
    /// Whether the file is the pinned one and signed as the lock wants it, and by whom. Nothing is run.
    ///
    /// # Errors
    /// When the provider would refuse to run it for what its file is.
    pub fn verify(&self, max_bytes: u64) -> Result<Option<KeyId>, PluginError> {
        self.read_signed(max_bytes).map(|(.., signer)| signer)
    }

    /// Reads the file once and compares these bytes, which are the ones that will run, with the pin.
    pub(crate) fn read(&self, max_bytes: u64) -> Result<(Vec<u8>, Manifest), PluginError> {
        self.read_signed(max_bytes)
            .map(|(binary, manifest, _)| (binary, manifest))
    }

    fn read_signed(
        &self,
        max_bytes: u64,
    ) -> Result<(Vec<u8>, Manifest, Option<KeyId>), PluginError> {
        let entry = &self.entry;
        let binary = file::read_limited(&self.file, &entry.name, max_bytes)?;
        let found = file::sha256_hex(&binary);
        let manifest = Manifest::of_component(&binary);
        if found != entry.sha256 {
            let difference = format!(
                "`{}` was pinned as sha256 `{}` and is now `{found}`",
                entry.path, entry.sha256
            );
            let changes = manifest.map_or_else(|_| String::new(), |now| self.changes(now, found));
            return Err(self.differs(difference, changes));
        }
        let manifest = self.invalid(manifest)?;
        self.agree(&manifest)?;
        let signature = match self.trust.asks_for_signatures() {
            true => candidate::signature_of(&self.file)?,
            false => None,
        };
        let signer = self
            .trust
            .verify(&binary, &entry.claims(), signature.as_deref())?;
        Ok((binary, manifest, signer))
    }

    /// Compares what a manifest asks for with what the lock says it asks for.
    pub(crate) fn agree(&self, manifest: &Manifest) -> Result<(), PluginError> {
        let entry = &self.entry;
        let now = Entry::of(manifest.clone(), entry.sha256.clone());
        let same_identity = now.name == entry.name && now.world == entry.world;
        let same_rights = (&now.http, &now.secrets, &now.objects)
            == (&entry.http, &entry.secrets, &entry.objects);
        if same_identity && same_rights {
            return Ok(());
        }
        let difference = "what it asks for is not what the lock says it asks for";
        let changes = self.changes(manifest.clone(), entry.sha256.clone());
        Err(self.differs(difference.to_owned(), changes))
    }

    /// The plugin is at fault when it cannot be read.
    pub(crate) fn invalid<T>(&self, read: Result<T, String>) -> Result<T, PluginError> {
        read.map_err(|reason| PluginError::Invalid {
            plugin: self.entry.name.clone(),
            reason,
        })
    }

    fn differs(&self, difference: String, changes: String) -> PluginError {
        PluginError::Differs {
            plugin: self.entry.name.clone(),
            path: self.file.clone(),
            difference,
            changes,
        }
    }

    /// What is different beside the digest, in lines that stay as they are.
    fn changes(&self, manifest: Manifest, sha256: String) -> String {
        let mut now = Entry::of(manifest, sha256);
        now.source.clone_from(&self.entry.source);
        now.signer.clone_from(&self.entry.signer);
        now.sha256.clone_from(&self.entry.sha256);
        let changes = self.entry.changes_to(&now);
        changes
            .iter()
            .map(|change| format!("\n  {change}"))
            .collect()
    }
}
