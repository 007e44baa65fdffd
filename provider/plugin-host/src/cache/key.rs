//! The directory of the cache, and the key of its seals.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use rustix::process::geteuid;
use rustls::crypto::ring;
use tempfile::Builder;

/// One block of SHA-256, the length at which HMAC takes a key as it is.
const KEY_LEN: usize = 64;
pub(super) type Key = [u8; KEY_LEN];

/// The key of the directory; both are made when they are missing. Nothing is used that belongs to anybody else or that
/// anybody else may enter.
pub(super) fn open(dir: &Path) -> io::Result<Key> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let directory = fs::symlink_metadata(dir)?;
    if !directory.is_dir() || directory.mode() & 0o077 != 0 {
        return Err(denied("it is not a directory of mode 0700"));
    }
    if directory.uid() != geteuid().as_raw() {
        return Err(denied("it belongs to another user"));
    }
    let path = dir.join("key");
    let key = match fs::read(&path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(dir, &path)?;
            fs::read(&path)?
        }
        Err(error) => return Err(error),
    };
    let file = fs::symlink_metadata(&path)?;
    if !file.is_file() || file.uid() != directory.uid() || file.mode() & 0o077 != 0 {
        return Err(denied("its key is not a file of mode 0600 of its owner"));
    }
    let damaged = |_| io::Error::new(io::ErrorKind::InvalidData, "its key is damaged; remove it");
    Key::try_from(key).map_err(damaged)
}

/// Of several providers that start at once, the first one's key stays.
fn make(dir: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_LEN];
    let random = ring::default_provider().secure_random;
    random
        .fill(&mut key)
        .map_err(|_| io::Error::other("the system has no random numbers"))?;
    let mut part = Builder::new().suffix(".part").tempfile_in(dir)?;
    part.write_all(&key)?;
    part.as_file().sync_all()?;
    match part.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

fn denied(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, reason.to_owned())
}
