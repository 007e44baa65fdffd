//! Which schema a file has, and how it comes to have ours.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::lock;
use super::row::{self, NOW};
use crate::{Error, Kind};

/// The schema version that this program writes and the newest it reads.
pub(super) const SPOKEN: u32 = 4;

/// `PRAGMA application_id` of a ledger: "pcls" in ASCII.
const APPLICATION: i64 = 0x7063_6c73;

const VERSION_1: &str = include_str!("schema.sql");
const VERSION_2: &str = include_str!("schema_2.sql");
const VERSION_3: &str = include_str!("schema_3.sql");
const VERSION_4: &str = include_str!("schema_4.sql");

/// What each version adds to the one before it, the first left out.
const ADDED: [(u32, &str); 3] = [(2, VERSION_2), (3, VERSION_3), (4, VERSION_4)];

/// What a database says that it is.
#[derive(Debug)]
pub(super) struct Version {
    application: i64,
    schema: u32,
    tables: u64,
}

/// Reads it in one statement: another process may be founding the ledger right now.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<Version> {
    let sql = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) \
               FROM pragma_application_id, pragma_user_version";
    connection.query_row(sql, [], |row| {
        Ok(Version {
            application: row.get(0)?,
            schema: row.get(1)?,
            tables: row.get(2)?,
        })
    })
}

impl Version {
    /// Whether there is a ledger (`true`) or an empty database (`false`).
    pub(super) fn check(&self, path: &Path) -> Result<bool, Error> {
        let corrupt = |found: &str| {
            Err(Error::Corrupt {
                path: path.to_owned(),
                found: found.to_owned(),
            })
        };
        match (self.application, self.schema) {
            (APPLICATION, 0) => corrupt("its header gives no schema version"),
            (APPLICATION, found) if found > SPOKEN => Err(Error::Newer {
                path: path.to_owned(),
                found,
                spoken: SPOKEN,
            }),
            (APPLICATION, _) if self.tables == 0 => corrupt("it has no tables"),
            (APPLICATION, _) => Ok(true),
            (0, 0) if self.tables == 0 => Ok(false),
            _ => corrupt("the file is a SQLite database of another program"),
        }
    }
}

/// Sets a fresh connection up for durable writing and makes the tables if there are none.
pub(super) fn prepare(connection: &Connection, path: &Path, wait: Duration) -> Result<(), Error> {
    lock::patiently(path, wait, || {
        let there = version(connection)?;
        // An empty file becomes a ledger; anything else must be one before a byte of it is changed.
        let there = match there.check(path) {
            Ok(there) => there,
            Err(error) => return Ok(Err(error)),
        };
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        // On macOS a plain fsync leaves the data in the drive's cache; elsewhere these two change nothing.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        if there {
            upgrade(connection)?;
        } else {
            found(connection)?;
        }
        Ok(Ok(()))
    })?
}

/// Founds a ledger, unless another process was faster.
fn found(connection: &Connection) -> rusqlite::Result<()> {
    let transaction =
        rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    if version(&transaction)?.tables == 0 {
        transaction.execute_batch(VERSION_1)?;
        for (_, tables) in ADDED {
            transaction.execute_batch(tables)?;
        }
        let sql =
            format!("INSERT INTO meta (one, ledger_id, created_at) VALUES (1, {UUID}, {NOW})");
        transaction.execute(&sql, [])?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", SPOKEN)?;
    }
    transaction.commit()
}

/// Brings an older ledger to our schema, unless another process was faster. Nothing that it holds changes.
fn upgrade(connection: &Connection) -> rusqlite::Result<()> {
    if version(connection)?.schema == SPOKEN {
        return Ok(());
    }
    let transaction =
        rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let found = version(&transaction)?.schema;
    if found < SPOKEN {
        for (added, tables) in ADDED {
            if found < added {
                transaction.execute_batch(tables)?;
            }
        }
        transaction.pragma_update(None, "user_version", SPOKEN)?;
    }
    transaction.commit()
}

/// Whether the ledger has the table of a kind. One of version 1 that nobody has written to since lacks two of them.
pub(super) fn has(connection: &Connection, kind: Kind) -> rusqlite::Result<bool> {
    if !matches!(kind, Kind::Grant | Kind::DutyConstraint) {
        return Ok(true);
    }
    let sql = "SELECT user_version >= 2 OR EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1) \
               FROM pragma_user_version";
    connection
        .prepare_cached(sql)?
        .query_row([row::table(kind)], |row| row.get(0))
}

/// Gives a connection that only reads an older ledger the tables of versions 3 and 4 that it lacks, empty and for itself
/// alone.
pub(super) fn fill_in(connection: &Connection, version: &Version) -> rusqlite::Result<()> {
    if version.schema >= SPOKEN {
        return Ok(());
    }
    connection.pragma_update(None, "temp_store", "memory")?;
    let lacking = ADDED
        .into_iter()
        .filter(|(added, _)| *added > version.schema.max(2));
    for (_, tables) in lacking {
        let tables = tables
            .replace("CREATE TABLE", "CREATE TEMP TABLE")
            // A temporary table cannot refer to one that is kept.
            .replace(" REFERENCES pool (key) ON DELETE CASCADE", "")
            .replace(" REFERENCES reservation (device) ON DELETE CASCADE", "");
        connection.execute_batch(&tables)?;
    }
    Ok(())
}

/// Whether a connection has every table from the file itself.
pub(super) fn is_whole(connection: &Connection) -> bool {
    let sql = "SELECT count(*) FROM temp.sqlite_schema";
    let stand_ins = connection.query_row(sql, [], |row| row.get::<_, u32>(0));
    stand_ins == Ok(0)
}

/// A random UUID (version 4, RFC 9562) from SQLite's own generator.
const UUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || \
     substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (abs(random()) % 4), 1) || \
     substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";
