//! `portcullis.lock`: which plugins may run, by digest, and what they asked for when they were reviewed.
//!
//! The provider opens only files that the lock pins. People review the lock as they review code: an upgrade that asks
//! for more shows up as added lines.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::PluginError;
use crate::manifest::{HttpAccess, Manifest, SecretAccess, World};

const SCHEMA: u32 = 1;
const HEADER: &str =
    "# Written by `portcullis plugin lock`. Commit this file and review its changes.\n";

/// The contents of a lock file.
#[derive(Clone, Debug)]
pub struct Lock {
    path: PathBuf,
    entries: Vec<Entry>,
}

/// One pinned plugin.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name in the manifest; HCL may refer to the plugin by it.
    pub name: String,
    /// Version in the manifest.
    pub version: String,
    /// Kind of the plugin.
    pub world: World,
    /// The file, relative to the folder of the lock; HCL may refer to the plugin by it.
    pub path: String,
    /// Digest of the file in lower-case hexadecimal.
    pub sha256: String,
    /// Requests that the plugin asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpAccess>,
    /// Secrets that the plugin asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretAccess>,
}

/// A pinned plugin and where its file lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRef {
    /// What the lock says.
    pub entry: Entry,
    /// The file.
    pub file: PathBuf,
}

/// What pinning changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The entry of the same name that was there before.
    pub before: Option<Entry>,
    /// The entry that is there now.
    pub after: Entry,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: u32,
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
        let document: Document = toml::from_str(&text)
            .map_err(|error| invalid(format!("{}{}", position(&text, &error), error.message())))?;
        if document.schema != SCHEMA {
            return Err(invalid(format!(
                "it has schema {}, this provider reads {SCHEMA}",
                document.schema
            )));
        }
        for entry in &document.plugins {
            if !is_plain_relative(Path::new(&entry.path)) {
                return Err(invalid(format!(
                    "the path `{}` of `{}` leaves the folder of the lock",
                    entry.path, entry.name
                )));
            }
        }
        Ok(Self {
            path: path.to_owned(),
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

    /// Pins a plugin's file as it is now, in place of an entry of the same name. [`Lock::write`] makes it last.
    ///
    /// # Errors
    /// When the file is no plugin, is larger than `max_bytes`, or does not lie in the folder of the lock.
    pub fn pin(&mut self, file: &Path, max_bytes: u64) -> Result<Pinned, PluginError> {
        let path = self.relative(file)?;
        let binary = read_limited(file, &path, max_bytes)?;
        let manifest = Manifest::of_component(&binary).map_err(|reason| PluginError::Invalid {
            plugin: path.clone(),
            reason,
        })?;
        let after = Entry {
            name: manifest.name,
            version: manifest.version,
            world: manifest.world,
            path,
            sha256: sha256_hex(&binary),
            http: manifest.http,
            secrets: manifest.secrets,
        };
        let position = self
            .entries
            .iter()
            .position(|entry| entry.name == after.name);
        let before = position.map(|position| self.entries.remove(position));
        self.entries.push(after.clone());
        self.entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Pinned { before, after })
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

    fn folder(&self) -> &Path {
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

impl PluginRef {
    /// Reads the file once and compares these bytes, which are the ones that will run, with the pin.
    pub(crate) fn read(&self, max_bytes: u64) -> Result<(Vec<u8>, Manifest), PluginError> {
        let entry = &self.entry;
        let binary = read_limited(&self.file, &entry.name, max_bytes)?;
        let differs = |difference: String| PluginError::Differs {
            plugin: entry.name.clone(),
            path: self.file.clone(),
            difference,
        };
        let found = sha256_hex(&binary);
        if found != entry.sha256 {
            return Err(differs(format!(
                "`{}` was pinned as sha256 `{}` and is now `{found}`",
                entry.path, entry.sha256
            )));
        }
        let manifest = Manifest::of_component(&binary).map_err(|reason| PluginError::Invalid {
            plugin: entry.name.clone(),
            reason,
        })?;
        let same_identity = manifest.name == entry.name && manifest.world == entry.world;
        if !same_identity || manifest.http != entry.http || manifest.secrets != entry.secrets {
            return Err(differs(
                "what it asks for is not what the lock says it asks for".to_owned(),
            ));
        }
        Ok((binary, manifest))
    }
}

fn read_limited(file: &Path, plugin: &str, max_bytes: u64) -> Result<Vec<u8>, PluginError> {
    let mut binary = Vec::new();
    fs::File::open(file)
        .and_then(|open| open.take(max_bytes + 1).read_to_end(&mut binary))
        .map_err(|source| PluginError::File {
            path: file.to_owned(),
            source,
        })?;
    if u64::try_from(binary.len()).is_ok_and(|len| len <= max_bytes) {
        return Ok(binary);
    }
    Err(PluginError::Limit {
        plugin: plugin.to_owned(),
        limit: "file size",
        allowed: format!("{} MiB", max_bytes / (1024 * 1024)),
        after: String::new(),
        remedy: "Build the plugin for size (`opt-level = \"s\"`, stripped), or ask its author to."
            .to_owned(),
    })
}

fn is_plain_relative(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
}

fn sha256_hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
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
