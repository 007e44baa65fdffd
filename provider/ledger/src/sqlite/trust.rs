//! A file is inspected before it is believed.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::fault::Failure;
use super::file::Identity;
use super::lease;
use super::query;
use super::row::table;
use super::schema;
use crate::{Error, Kind};

/// Which file this process has found sound.
#[derive(Debug, Default)]
pub(super) struct Trust(Mutex<Option<Identity>>);

impl Trust {
    /// Inspects a file that was not inspected yet; whoever comes meanwhile waits for the verdict.
    pub(super) fn inspect(
        &self,
        path: &Path,
        file: Identity,
        connection: &Connection,
    ) -> Result<(), Failure> {
        let mut trusted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *trusted != Some(file) {
            promises(path, connection)?;
            *trusted = Some(file);
        }
        Ok(())
    }
}

/// Reads everything that is promised: it must be there as it was written. The history is left to `verify`, because
/// it only grows; but its first event vouches for the id of the ledger.
fn promises(path: &Path, connection: &Connection) -> Result<(), Failure> {
    for kind in Kind::ALL {
        if !schema::has(connection, kind)? {
            continue;
        }
        structure(path, connection, table(kind))?;
        query::list(connection, kind)?;
    }
    structure(path, connection, "reservation")?;
    query::reservations(connection)?;
    if has_table(connection, "lease")? {
        structure(path, connection, "lease")?;
    }
    lease::check_all(connection)?;
    query::events(connection, 0, 1)?;
    Ok(())
}

/// Whether the file has the table, which one of an older version may not.
fn has_table(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
    connection.query_row(sql, [table], |row| row.get(0))
}

/// SQLite's own check of a table and its indexes.
fn structure(path: &Path, connection: &Connection, table: &str) -> Result<(), Failure> {
    let mut findings = Vec::new();
    connection.pragma(None, "integrity_check", table, |row| {
        findings.push(row.get::<_, String>(0)?);
        Ok(())
    })?;
    match findings.into_iter().find(|finding| finding != "ok") {
        Some(found) => Err(Error::Corrupt {
            path: path.to_owned(),
            found,
        }
        .into()),
        None => Ok(()),
    }
}
