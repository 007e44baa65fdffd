//! From SQLite's error codes to what a practitioner can do something about.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::Error;

/// Why a statement or a rule stopped a piece of work.
#[derive(Debug)]
pub(super) enum Failure {
    /// The ledger's rules refuse it.
    Refused(Box<Error>),
    /// SQLite failed.
    Sqlite(rusqlite::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    pub(super) fn at(self, path: &Path) -> Error {
        match self {
            Self::Refused(error) => *error,
            Self::Sqlite(error) => explain(path, &error),
        }
    }
}

/// Whether another connection has the lock that this one wants.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

pub(super) fn explain(path: &Path, error: &rusqlite::Error) -> Error {
    let path = path.to_owned();
    let said = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::DiskFull { path },
        Some(ErrorCode::NotADatabase) => Error::Corrupt {
            path,
            found: "the file is not a SQLite database".to_owned(),
        },
        // The statements are our own and fixed, and our rules are asked before SQLite's constraints: where it does not
        // understand one, or a constraint stops one, the tables are not those that we made.
        Some(
            ErrorCode::DatabaseCorrupt
            | ErrorCode::Unknown
            | ErrorCode::ConstraintViolation
            | ErrorCode::TypeMismatch
            | ErrorCode::TooBig,
        ) => Error::Corrupt { path, found: said },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            Error::ReadOnly { path, reason: said }
        }
        Some(_) => Error::Io { path, reason: said },
        // Not SQLite but a value in a row is not what the schema promises.
        None => Error::Corrupt { path, found: said },
    }
}

pub(super) fn io(path: &Path, error: &std::io::Error) -> Error {
    use std::io::ErrorKind;
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Error::ReadOnly {
            path,
            reason: error.to_string(),
        },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::DiskFull { path },
        _ => Error::Io {
            path,
            reason: error.to_string(),
        },
    }
}
