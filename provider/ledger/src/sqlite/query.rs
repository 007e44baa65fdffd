//! What can be asked of the ledger without changing it.

use rusqlite::{Connection, OptionalExtension};

use super::row::{self, EVENTS, RECORD, RESERVATIONS, table};
use super::schema;
use crate::{Event, Kind, Record, Reservation};

pub(super) fn id(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT ledger_id FROM meta")?
        .query_row([], |row| row.get(0))
        .optional()
}

pub(super) fn get(
    connection: &Connection,
    kind: Kind,
    key: &str,
) -> rusqlite::Result<Option<Record>> {
    if !schema::has(connection, kind)? {
        return Ok(None);
    }
    let sql = format!("SELECT {RECORD} FROM {} WHERE key = ?1", table(kind));
    connection
        .prepare_cached(&sql)?
        .query_row([key], |row| row::record(kind, row))
        .optional()
}

pub(super) fn list(connection: &Connection, kind: Kind) -> rusqlite::Result<Vec<Record>> {
    if !schema::has(connection, kind)? {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {RECORD} FROM {} ORDER BY key", table(kind));
    connection
        .prepare_cached(&sql)?
        .query_map([], |row| row::record(kind, row))?
        .collect()
}

pub(super) fn reservations(connection: &Connection) -> rusqlite::Result<Vec<Reservation>> {
    let sql = format!("{RESERVATIONS} ORDER BY r.pool, r.replica, r.device");
    connection
        .prepare_cached(&sql)?
        .query_map([], row::reservation)?
        .collect()
}

pub(super) fn reservations_of(
    connection: &Connection,
    pool: &str,
) -> rusqlite::Result<Vec<Reservation>> {
    let sql = format!("{RESERVATIONS} WHERE r.pool = ?1 ORDER BY r.replica, r.device");
    connection
        .prepare_cached(&sql)?
        .query_map([pool], row::reservation)?
        .collect()
}

/// The reservation of a device, whichever pool has it.
pub(super) fn reservation(
    connection: &Connection,
    device: &str,
) -> rusqlite::Result<Option<Reservation>> {
    let sql = format!("{RESERVATIONS} WHERE r.device = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row([device], row::reservation)
        .optional()
}

/// The reservations that take memory units of a GPU, or the whole of it.
pub(super) fn reservations_on(
    connection: &Connection,
    gpu: &str,
) -> rusqlite::Result<Vec<Reservation>> {
    let sql = format!(
        "{RESERVATIONS} WHERE r.device = ?1 OR r.device IN (SELECT device FROM instance_unit WHERE gpu = ?1) \
         ORDER BY r.device"
    );
    connection
        .prepare_cached(&sql)?
        .query_map([gpu], row::reservation)?
        .collect()
}

pub(super) fn events(
    connection: &Connection,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<Event>> {
    // Nothing comes after a sequence number that SQLite cannot count to.
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let sql = format!("{EVENTS} WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2");
    connection
        .prepare_cached(&sql)?
        .query_map((after, limit), row::event)?
        .collect()
}

/// The number and hash of the latest event; before the first, 0 and the id of the ledger.
pub(super) fn tail(connection: &Connection) -> rusqlite::Result<(u64, String)> {
    let sql = format!("{EVENTS} ORDER BY e.seq DESC LIMIT 1");
    let latest = connection
        .prepare_cached(&sql)?
        .query_row([], |row| Ok((row::event(row)?.seq, row.get(8)?)))
        .optional()?;
    match latest {
        Some(latest) => Ok(latest),
        None => Ok((
            0,
            id(connection)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
        )),
    }
}

/// The latest note of a plugin in which `field` is true. There are few plugins and a run notes each of its calls, so that
/// the search from the end is short.
pub(super) fn latest_note(
    connection: &Connection,
    plugin: &str,
    field: &str,
) -> rusqlite::Result<Option<Event>> {
    let sql = format!(
        "{EVENTS} WHERE e.kind = 'plugin' AND e.key = ?1 AND json_extract(e.detail, '$.' || ?2) = 1 \
         ORDER BY e.seq DESC LIMIT 1"
    );
    connection
        .prepare_cached(&sql)?
        .query_row([plugin, field], row::event)
        .optional()
}
