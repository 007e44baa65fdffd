//! `portcullis.lock`: which plugins may run, by digest, what they asked for when they were reviewed, and whose signatures
//! they need.
//!
//! The provider opens only files that the lock pins. People review the lock as they review code: an upgrade that asks
//! for more shows up as added lines.

mod candidate;
mod difference;
mod entry;
pub(crate) mod file;
mod plugin_ref;
mod rights;
mod unpinned;

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::PluginError;
use crate::trust::{Trust, TrustedKey};

pub use candidate::{Candidate, Downgrade, Pinned};
pub use difference::Change;
pub use entry::Entry;
pub use plugin_ref::PluginRef;
pub use unpinned::Unpinned;

/// What is written. Schema 1, which had neither keys nor sources, is still read.
const SCHEMA: u32 = 2;
const OLDEST_SCHEMA: u32 = 1;
const HEADER: &str =
    "# Written by `portcullis plugin lock`. Commit this file and review its changes.\n";

/// The contents of a lock file.
#[derive(Clone, Debug)]
pub struct Lock {
    path: PathBuf,
    keys: Vec<TrustedKey>,
    trust: Trust,
    entries: Vec<Entry>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: u32,
    #[serde(default, rename = "key", skip_serializing_if = "Vec::is_empty")]
    keys: Vec<TrustedKey>,
    #[serde(default, rename = "plugin")]
    plugins: Vec<Entry>,
}

impl Lock {
    /// Reads a lock file; one that does not exist pins nothing.
    ///
    /// # Errors
    /// When the file cannot be read or is not a lock.
    pub fn read(path: &Path) -> Result<Self, PluginError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    path: path.to_owned(),
                    keys: Vec::new(),
                    trust: Trust::default(),
                    entries: Vec::new(),
                });
            }
            Err(source) => {
                return Err(PluginError::File {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let invalid = |reason: String| PluginError::Lock {
            path: path.to_owned(),
            reason,
        };
        let mut document: Document = toml::from_str(&text)
            .map_err(|error| invalid(format!("{}{}", position(&text, &error), error.message())))?;
        if !(OLDEST_SCHEMA..=SCHEMA).contains(&document.schema) {
            return Err(invalid(format!(
                "it has schema {}, this provider reads {OLDEST_SCHEMA} to {SCHEMA}",
                document.schema
            )));
        }
        for entry in &mut document.plugins {
            if !is_plain_relative(Path::new(&entry.path)) {
                return Err(invalid(format!(
                    "the path `{}` of `{}` leaves the folder of the lock",
                    entry.path, entry.name
                )));
            }
            if entry.source.is_empty() {
                entry.source = format!("file:{}", entry.path);
            }
        }
        let trust = Trust::of(&document.keys).map_err(invalid)?;
        Ok(Self {
            path: path.to_owned(),
            keys: document.keys,
            trust,
            entries: document.plugins,
        })
    }

    /// Writes the lock file. Readers see the old or the new one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self) -> Result<(), PluginError> {
        let document = Document {
            schema: SCHEMA,
            keys: self.keys.clone(),
            plugins: self.entries.clone(),
        };
        let invalid = |reason: String| PluginError::Lock {
            path: self.path.clone(),
            reason,
        };
        let text = toml::to_string(&document).map_err(|error| invalid(error.to_string()))?;
        let part = self
            .path
            .with_extension(format!("lock.{}", std::process::id()));
        fs::write(&part, format!("{HEADER}{text}"))
            .and_then(|()| fs::rename(&part, &self.path))
            .map_err(|source| PluginError::File {
                path: self.path.clone(),
                source,
            })
    }

    /// Trusts a key from now on, under that name; a key that is trusted already only changes its name. From the first
    /// key on, every plugin needs a signature. [`Lock::write`] makes it last.
    ///
    /// # Errors
    /// When it is no minisign public key.
    pub fn trust_key(&mut self, key: TrustedKey) -> Result<(), PluginError> {
        let mut keys = self.keys.clone();
        keys.retain(|known| known.public != key.public);
        keys.push(key);
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        self.trust = Trust::of(&keys).map_err(|reason| PluginError::Lock {
            path: self.path.clone(),
            reason,
        })?;
        self.keys = keys;
        Ok(())
    }

    /// The keys that it trusts.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The pinned plugin that HCL refers to by name (`gpu-budget`) or by path (`./plugins/gpu-budget.wasm`).
    ///
    /// # Errors
    /// When the lock does not pin it.
    pub fn plugin(&self, reference: &str) -> Result<PluginRef, PluginError> {
        let path = reference.strip_prefix("./").unwrap_or(reference);
        let found = self
            .entries
            .iter()
            .find(|entry| entry.name == reference || entry.path == path);
        if let Some(entry) = found {
            return Ok(PluginRef {
                entry: entry.clone(),
                file: self.folder().join(&entry.path),
                trust: self.trust.clone(),
            });
        }
        let names: Vec<String> = self
            .entries
            .iter()
            .map(|entry| format!("`{}`", entry.name))
            .collect();
        let suggestion = match names.is_empty() {
            true => String::new(),
            false => format!("; it pins {}", names.join(", ")),
        };
        Err(PluginError::NotPinned {
            plugin: reference.to_owned(),
            lock: self.path.clone(),
            suggestion,
        })
    }

    /// The pinned plugins by name.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The folder that paths in the lock start from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn relative(&self, file: &Path) -> Result<String, PluginError> {
        let unusable = |source| PluginError::File {
            path: file.to_owned(),
            source,
        };
        let folder = match self.folder() {
            folder if folder.as_os_str().is_empty() => Path::new("."),
            folder => folder,
        };
        let folder = folder.canonicalize().map_err(unusable)?;
        let whole = file.canonicalize().map_err(unusable)?;
        let relative = whole.strip_prefix(&folder).ok().and_then(Path::to_str);
        relative.map(str::to_owned).ok_or_else(|| {
            unusable(io::Error::other(format!(
                "it does not lie in the lock's folder `{}`",
                folder.display()
            )))
        })
    }
}

fn is_plain_relative(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
}

/// `line 3, column 5: `, from the byte at which the parser stopped.
fn position(text: &str, error: &toml::de::Error) -> String {
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
        return String::new();
    };
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {line}, column {column}: ")
}
