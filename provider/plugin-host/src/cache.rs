//! Compiled components on disk.
//!
//! Loading compiled code is executing it, so only code is loaded that this cache wrote. An entry is a small sealed text
//! that says by digest which code belongs to which plugin; the code lies beside it in a file of its own, from which it is
//! mapped. The code's digest is computed once, and then whenever the file is not the one that was seen (its number, length
//! and times tell). Whatever does not fit is rebuilt and reported; a cache that cannot be used costs time and nothing
//! else.
//!
//! The key of the seal lies in the same directory, which only its owner may enter: the seal finds truncation, bit rot
//! and files from elsewhere. Against somebody who can already write there as the owner nothing helps, as nothing would
//! help against them writing into the provider's own file.

mod entry;
mod file_identity;
mod key;

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use tempfile::{Builder, NamedTempFile};
use wasmtime::Engine;
use wasmtime::component::Component;

use entry::Entry;
pub(crate) use file_identity::FileIdentity;
use key::Key;

/// A directory of compiled components.
#[derive(Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
    rebuilt: Mutex<Vec<Rebuilt>>,
}

/// An entry of the cache that was not what this cache wrote, and was made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The entry's file.
    pub entry: PathBuf,
    /// What was found.
    pub reason: String,
}

/// What the cache has of a plugin.
pub(crate) struct Found {
    pub(crate) component: Component,
    /// The plugin's section `portcullis:manifest`.
    pub(crate) manifest: String,
    /// The plugin's own file when its digest was last computed.
    pub(crate) source: Option<FileIdentity>,
}

impl Cache {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            rebuilt: Mutex::default(),
        }
    }

    /// The entries that had to be made anew since this was last asked.
    pub(crate) fn take_rebuilt(&self) -> Vec<Rebuilt> {
        let rebuilt = self.rebuilt.lock();
        std::mem::take(&mut *rebuilt.unwrap_or_else(PoisonError::into_inner))
    }

    /// The plugin of that digest compiled for this engine, if the cache has it and may be trusted.
    pub(crate) fn find(&self, engine: &Engine, sha256: &str) -> Option<Found> {
        let key = self.key()?;
        let name = entry_name(engine, sha256);
        match self.load(engine, &key, &name) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let entry = self.dir.join(&name);
                let reason = error.to_string();
                tracing::warn!(entry = %entry.display(), reason, "plugin cache entry is rebuilt");
                let rebuilt = self.rebuilt.lock();
                let mut rebuilt = rebuilt.unwrap_or_else(PoisonError::into_inner);
                rebuilt.push(Rebuilt { entry, reason });
                None
            }
        }
    }

    /// Keeps the code of a plugin. Other processes see the whole entry or none. Nothing is lost when it cannot be kept.
    pub(crate) fn store(&self, engine: &Engine, sha256: &str, manifest: &str, code: &[u8]) {
        let Some(key) = self.key() else { return };
        let entry = Entry::new(hex(code), manifest);
        let name = entry_name(engine, sha256);
        let written = self
            .write_code(&entry, &name, code)
            .and_then(|()| self.write(&name, &entry.sealed(&key, &name)));
        if let Err(error) = written {
            tracing::warn!(name, %error, "plugin cache entry is not written");
        }
    }

    /// Keeps that the plugin's file was compared with its digest.
    pub(crate) fn saw_source(&self, engine: &Engine, sha256: &str, source: FileIdentity) {
        let name = entry_name(engine, sha256);
        if let Some(key) = self.key()
            && let Ok(entry) = self.entry(&key, &name)
        {
            self.update(&key, &name, &entry.with_source(source));
        }
    }

    fn key(&self) -> Option<Key> {
        let unused =
            |error| tracing::warn!(dir = %self.dir.display(), %error, "plugin cache is not used");
        key::open(&self.dir).map_err(unused).ok()
    }

    fn entry(&self, key: &Key, name: &str) -> io::Result<Entry> {
        Entry::open(&fs::read(self.dir.join(name))?, key, name).map_err(bad)
    }

    fn load(&self, engine: &Engine, key: &Key, name: &str) -> io::Result<Found> {
        let entry = self.entry(key, name)?;
        let path = self.dir.join(entry.code_file(name));
        let missing = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => bad("its code is missing"),
            _ => error,
        };
        let (identity, settled) = FileIdentity::at_rest(&path).map_err(missing)?;
        if entry.code_seen() != Some(&identity) {
            if hex_of_file(&path)? != entry.code_sha256() {
                return Err(bad("its code is not what this cache compiled"));
            }
            if settled {
                self.update(key, name, &entry.clone().with_code(identity.clone()));
            }
        }
        let component = map(engine, &path)
            .map_err(|error| bad(&format!("its code cannot be loaded: {error}")))?;
        if FileIdentity::of(&path)? != identity {
            return Err(bad("its code changed while it was loaded"));
        }
        Ok(Found {
            component,
            manifest: entry.manifest().to_owned(),
            source: entry.source_seen().cloned(),
        })
    }

    /// Replaces an entry by one that saves work next time; whether it could be written makes no difference now.
    fn update(&self, key: &Key, name: &str, entry: &Entry) {
        if let Err(error) = self.write(name, &entry.sealed(key, name)) {
            tracing::debug!(name, %error, "plugin cache entry is not updated");
        }
    }

    /// A file that holds that code already stays as it is, because another process may be mapping it.
    fn write_code(&self, entry: &Entry, name: &str, code: &[u8]) -> io::Result<()> {
        let path = self.dir.join(entry.code_file(name));
        let is_there = || hex_of_file(&path).is_ok_and(|sha256| sha256 == entry.code_sha256());
        if is_there() {
            return Ok(());
        }
        match self.part(code)?.persist_noclobber(&path) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                if !is_there() {
                    error.file.persist(&path)?;
                }
                Ok(())
            }
            Err(error) => Err(error.error),
        }
    }

    /// Readers see the whole file or none, also when several providers start at once.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.part(bytes)?.persist(self.dir.join(name))?;
        Ok(())
    }

    /// A whole file that has no name yet.
    fn part(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let mut part = Builder::new().suffix(".part").tempfile_in(&self.dir)?;
        part.write_all(bytes)?;
        part.as_file().sync_all()?;
        Ok(part)
    }
}

/// `<digest>-<engine>.entry`: other compiler settings or another version of wasmtime make another entry.
fn entry_name(engine: &Engine, sha256: &str) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{sha256}-{:016x}.entry", hasher.finish())
}

fn hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn hex_of_file(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(format!("{:x}", hasher.finalize()))
}

fn bad(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_owned())
}

/// The component whose code this process was given by the compiler.
#[allow(
    unsafe_code,
    reason = "loading compiled code has no safe form; callers have it from the compiler or verified its digest"
)]
pub(crate) fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` is what this crate's compiler gave: just now, or its digest stands in a sealed entry.
    unsafe { Component::deserialize(engine, code) }
}

/// The component whose code is that file, which stays mapped.
#[allow(
    unsafe_code,
    reason = "loading compiled code has no safe form; the caller knows the file as one whose digest was verified"
)]
fn map(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the digest of this file was verified, and its identity says that it was not written since, which the caller
    // asks again afterwards. Its directory is its owner's alone, and this cache replaces files and never writes into one.
    unsafe { Component::deserialize_file(engine, path) }
}
