//! Compiled components on disk.
//!
//! Loading compiled code is executing it, so an entry is used only when it carries a keyed hash that this cache made.
//! The key lies beside the entries in a directory that only its owner may enter: the hash finds truncation, bit rot
//! and files from elsewhere; against somebody who can already write there as the owner nothing helps.

use std::fs::{self, DirBuilder, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac as _};
use rustls::crypto::ring;
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

const TAG_LEN: usize = 32;
/// One block of SHA-256, the length at which HMAC takes a key as it is.
const KEY_LEN: usize = 64;
type Key = [u8; KEY_LEN];

/// A directory of compiled components.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
}

impl Cache {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// The component compiled for this engine. A missing, truncated or foreign entry is compiled anew and replaced; a
    /// cache that cannot be used costs time and nothing else.
    pub(crate) fn component(
        &self,
        engine: &Engine,
        sha256: &str,
        binary: &[u8],
    ) -> wasmtime::Result<Component> {
        let name = entry_name(engine, sha256);
        let key = self.key().map_err(
            |error| tracing::warn!(dir = %self.dir.display(), %error, "plugin cache is not used"),
        );
        let Ok(key) = key else {
            return Component::new(engine, binary);
        };
        match self.load(engine, &key, &name) {
            Ok(component) => return Ok(component),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(entry = name, %error, "plugin cache entry is rebuilt"),
        }
        let component = Component::new(engine, binary)?;
        let code = component.serialize()?;
        let tag = keyed_hash(&key, &name, &code).finalize().into_bytes();
        if let Err(error) = write_atomically(&self.dir.join(&name), &[&tag, &code]) {
            tracing::warn!(entry = name, %error, "plugin cache entry is not written");
        }
        Ok(component)
    }

    fn load(&self, engine: &Engine, key: &Key, name: &str) -> io::Result<Component> {
        let entry = fs::read(self.dir.join(name))?;
        let bad = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason.to_owned());
        let (tag, code) = entry
            .split_at_checked(TAG_LEN)
            .ok_or_else(|| bad("entry is cut short"))?;
        keyed_hash(key, name, code)
            .verify_slice(tag)
            .map_err(|_| bad("entry was not made by this cache"))?;
        deserialize(engine, code).map_err(|error| bad(&error.to_string()))
    }

    /// The key of the keyed hash, made with the directory.
    fn key(&self) -> io::Result<Key> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)?;
        let metadata = fs::symlink_metadata(&self.dir)?;
        if !metadata.is_dir() || metadata.mode() & 0o077 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "it is not a directory of mode 0700",
            ));
        }
        let path = self.dir.join("key");
        let key = match fs::read(&path) {
            Ok(key) => key,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_atomically(&path, &[&new_key()?])?;
                fs::read(&path)?
            }
            Err(error) => return Err(error),
        };
        if fs::symlink_metadata(&path)?.uid() != metadata.uid() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "its key has another owner",
            ));
        }
        let damaged =
            |_| io::Error::new(io::ErrorKind::InvalidData, "its key is damaged; remove it");
        Key::try_from(key).map_err(damaged)
    }
}

/// `<digest>-<engine>.cwasm`: other compiler settings or another version of wasmtime make another entry.
fn entry_name(engine: &Engine, sha256: &str) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{sha256}-{:016x}.cwasm", hasher.finish())
}

/// Over the name too, so that one plugin's entry does not pass for another's.
fn keyed_hash(key: &Key, name: &str, code: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new(key.into());
    mac.update(name.as_bytes());
    mac.update(code);
    mac
}

fn new_key() -> io::Result<Key> {
    let mut key = [0; KEY_LEN];
    let random = ring::default_provider().secure_random;
    random
        .fill(&mut key)
        .map_err(|_| io::Error::other("the system has no random numbers"))?;
    Ok(key)
}

/// Readers see the whole file or none, also when several providers start at once.
fn write_atomically(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    for bytes in parts {
        file.write_all(bytes)?;
    }
    file.sync_all()?;
    fs::rename(&part, path)
}

#[allow(
    unsafe_code,
    reason = "loading compiled code has no safe form; the caller verified the keyed hash"
)]
fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` is what `Component::serialize` gave this cache: its keyed hash was verified by the caller.
    unsafe { Component::deserialize(engine, code) }
}
