//! The file: is it there, is it still the same, and how a connection to it is opened.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::fault::{explain, io};
use super::{lock, schema};
use crate::Error;

/// What tells a file from another that took its place.
pub(super) type Identity = (u64, u64);

/// The identity of the file, `None` where there is none.
pub(super) fn identity(path: &Path) -> Result<Option<Identity>, Error> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(Error::Io {
            path: path.to_owned(),
            reason: "the path is a directory".to_owned(),
        }),
        Ok(metadata) => Ok(Some(identify(&metadata))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io(path, &error)),
    }
}

#[cfg(unix)]
fn identify(metadata: &fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identify(_: &fs::Metadata) -> Identity {
    (0, 0)
}

/// Makes the directory and an empty file that only this user can read; a file that is there stays as it is.
pub(super) fn make(path: &Path) -> Result<(), Error> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(parent).map_err(|error| io(path, &error))?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io(path, &error)),
    }
}

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX.union(OpenFlags::SQLITE_OPEN_EXRESCODE);

/// A connection that cannot write; `None` while the file holds no ledger yet.
pub(super) fn open_to_read(path: &Path, wait: Duration) -> Result<Option<Connection>, Error> {
    let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_ONLY;
    let probe = |place: &Path, flags| {
        let connection = connect(place, flags)?;
        let version = schema::version(&connection)?;
        Ok((connection, version))
    };
    let (connection, version) = lock::patiently(path, wait, || match probe(path, flags) {
        // Without a place for its shared memory SQLite reads a write-ahead database only when promised that nobody
        // writes. In a directory where we cannot write, and with no log to be replayed, that is so.
        Err(error) if cannot_share(&error) && !has_log(path) => {
            probe(&immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)
        }
        opened => opened,
    })?;
    connection
        .busy_timeout(wait)
        .map_err(|error| explain(path, &error))?;
    if !version.check(path)? {
        return Ok(None);
    }
    schema::fill_in(&connection, &version).map_err(|error| explain(path, &error))?;
    Ok(Some(connection))
}

/// A connection that writes durably, to a ledger that is there and current when this returns.
pub(super) fn open_to_write(path: &Path, wait: Duration) -> Result<Connection, Error> {
    make(path)?;
    let flags = FLAGS | OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = connect(path, flags).map_err(|error| explain(path, &error))?;
    schema::prepare(&connection, path, wait)?;
    Ok(connection)
}

/// A connection that never waits by itself: waiting is done in [`lock`], in a fair way.
fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

fn cannot_share(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
    )
}

fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|metadata| metadata.len() > 0)
}

/// The file that SQLite keeps beside the database under this suffix.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn immutable(path: &Path) -> PathBuf {
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(byte));
            }
            _ => uri.extend(format!("%{byte:02X}").chars()),
        }
    }
    uri.push_str("?immutable=1");
    PathBuf::from(uri)
}
