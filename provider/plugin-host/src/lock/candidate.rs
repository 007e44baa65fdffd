//! A component that somebody wants to pin, judged before anything is written.

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::path::Path;

use semver::Version;

use super::{Entry, Lock, file, is_plain_relative};
use crate::config_schema::ConfigSchema;
use crate::error::PluginError;
use crate::manifest::Manifest;
use crate::text::visible;
use crate::trust::{SIGNATURE_BYTES, TrustError, signature_path};

/// Bytes of a version that is shown.
const VERSION_BYTES: usize = 64;

/// A component that somebody wants to pin: from a file, or from the network and not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The component.
    pub binary: Vec<u8>,
    /// The text of its signature file, if it came with one.
    pub signature: Option<String>,
    /// Where it came from, as [`Entry::source`] has it.
    pub source: String,
    /// Where it lies or will lie, relative to the folder of the lock.
    pub path: String,
}

/// Whether a version lower than the pinned one may take its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downgrade {
    /// It is refused: an old version with a valid signature is how attackers bring old holes back.
    Refused,
    /// Somebody asked for it.
    Allowed,
}

/// What pinning changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The entry of the same name that was there before.
    pub before: Option<Entry>,
    /// The entry that is there now.
    pub after: Entry,
}

impl Candidate {
    /// Reads a component that lies in the folder of the lock, and its signature when there is one.
    ///
    /// # Errors
    /// When it cannot be read, is larger than `max_bytes`, or lies elsewhere.
    pub fn of_file(lock: &Lock, file: &Path, max_bytes: u64) -> Result<Self, PluginError> {
        let path = lock.relative(file)?;
        let binary = file::read_limited(file, &path, max_bytes)?;
        Ok(Self {
            binary,
            signature: signature_of(file)?,
            source: format!("file:{path}"),
            path,
        })
    }

    /// Takes a component that was fetched and lies nowhere yet. Its place is that of the pinned plugin of its name, or
    /// `<folder>/<name>.wasm`.
    ///
    /// # Errors
    /// When it is no plugin.
    pub fn of_fetched(
        lock: &Lock,
        binary: Vec<u8>,
        signature: Option<String>,
        source: String,
        folder: &Path,
    ) -> Result<Self, PluginError> {
        let manifest = Manifest::of_component(&binary).map_err(|reason| PluginError::Invalid {
            plugin: source.clone(),
            reason,
        })?;
        let known = lock
            .entries
            .iter()
            .find(|entry| entry.name == manifest.name);
        let path = known.map_or_else(
            || {
                folder
                    .join(format!("{}.wasm", manifest.name))
                    .display()
                    .to_string()
            },
            |entry| entry.path.clone(),
        );
        Ok(Self {
            binary,
            signature,
            source,
            path,
        })
    }
}

impl Lock {
    /// Judges a candidate: it is a plugin, signed as the lock wants it, and no older than what is pinned. Changes nothing.
    ///
    /// # Errors
    /// When any of this does not hold.
    pub fn review(
        &self,
        candidate: &Candidate,
        downgrade: Downgrade,
    ) -> Result<Pinned, PluginError> {
        let Candidate {
            binary,
            signature,
            source,
            path,
        } = candidate;
        let invalid = |reason| PluginError::Invalid {
            plugin: path.clone(),
            reason,
        };
        if !is_plain_relative(Path::new(path)) {
            return Err(invalid(
                "its path leaves the folder of `portcullis.lock`".to_owned(),
            ));
        }
        let manifest = Manifest::of_component(binary).map_err(invalid)?;
        if let Some(config) = &manifest.config {
            ConfigSchema::parse(config)
                .map_err(|reason| invalid(format!("the `config` of its manifest: {reason}")))?;
        }
        let mut after = Entry::of(manifest, file::sha256_hex(binary));
        after.source.clone_from(source);
        after.path.clone_from(path);
        after.signer = self
            .trust
            .verify(binary, &after.claims(), signature.as_deref())?;
        let before = self.entries.iter().find(|entry| entry.name == after.name);
        if let Some(before) = before
            && downgrade == Downgrade::Refused
        {
            refuse_older(before, &after)?;
        }
        Ok(Pinned {
            before: before.cloned(),
            after,
        })
    }

    /// Takes what was reviewed into the lock, in place of an entry of the same name. [`Lock::write`] makes it last.
    pub fn accept(&mut self, pinned: &Pinned) {
        self.entries.retain(|entry| entry.name != pinned.after.name);
        self.entries.push(pinned.after.clone());
        self.entries.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Pins a plugin's file as it is now: [`Candidate::of_file`], [`Lock::review`] without going back, [`Lock::accept`].
    ///
    /// # Errors
    /// When any of these refuses.
    pub fn pin(&mut self, file: &Path, max_bytes: u64) -> Result<Pinned, PluginError> {
        let candidate = Candidate::of_file(self, file, max_bytes)?;
        let pinned = self.review(&candidate, Downgrade::Refused)?;
        self.accept(&pinned);
        Ok(pinned)
    }
}

/// The text of the signature that lies beside a component.
pub(super) fn signature_of(component: &Path) -> Result<Option<String>, PluginError> {
    let path = signature_path(component);
    let read = fs::File::open(&path)
        .and_then(|open| io::read_to_string(io::Read::take(open, SIGNATURE_BYTES)));
    match read {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(PluginError::File { path, source }),
    }
}

fn refuse_older(before: &Entry, after: &Entry) -> Result<(), TrustError> {
    if before.version == after.version {
        return Ok(());
    }
    let versions = (
        Version::parse(&before.version),
        Version::parse(&after.version),
    );
    let order = match versions {
        (Ok(before), Ok(after)) if after.cmp(&before) == Ordering::Less => "older",
        (Ok(_), Ok(_)) => return Ok(()),
        _ => "not comparable, since one of them is no semantic version",
    };
    Err(TrustError::RolledBack {
        plugin: after.name.clone(),
        pinned: visible(&before.version, VERSION_BYTES),
        found: visible(&after.version, VERSION_BYTES),
        order,
    })
}
