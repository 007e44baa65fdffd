//! What can be asked of the ledger without changing it.

use rusqlite::{Connection, OptionalExtension};

use super::row::{self, EVENT, RECORD, RESERVATION, table};
use crate::{Event, Kind, Record, Reservation};

pub(super) fn id(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT ledger_id FROM meta", [], |row| row.get(0))
        .optional()
}

pub(super) fn get(
    connection: &Connection,
    kind: Kind,
    key: &str,
) -> rusqlite::Result<Option<Record>> {
    let sql = format!("SELECT {RECORD} FROM {} WHERE key = ?1", table(kind));
    connection
        .prepare_cached(&sql)?
        .query_row([key], |row| row::record(kind, row))
        .optional()
}

pub(super) fn list(connection: &Connection, kind: Kind) -> rusqlite::Result<Vec<Record>> {
    let sql = format!("SELECT {RECORD} FROM {} ORDER BY key", table(kind));
    connection
        .prepare_cached(&sql)?
        .query_map([], |row| row::record(kind, row))?
        .collect()
}

pub(super) fn reservations(connection: &Connection) -> rusqlite::Result<Vec<Reservation>> {
    let sql = format!(
        "SELECT {RESERVATION} FROM reservation r JOIN pool p ON p.key = r.pool \
         ORDER BY r.pool, r.replica, r.device"
    );
    connection
        .prepare_cached(&sql)?
        .query_map([], row::reservation)?
        .collect()
}

pub(super) fn reservations_of(
    connection: &Connection,
    pool: &str,
) -> rusqlite::Result<Vec<Reservation>> {
    let sql = format!(
        "SELECT {RESERVATION} FROM reservation r JOIN pool p ON p.key = r.pool \
         WHERE r.pool = ?1 ORDER BY r.replica, r.device"
    );
    connection
        .prepare_cached(&sql)?
        .query_map([pool], row::reservation)?
        .collect()
}

pub(super) fn events(
    connection: &Connection,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<Event>> {
    // A sequence number above what SQLite can count has nothing after it.
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let sql = format!("SELECT {EVENT} FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2");
    connection
        .prepare_cached(&sql)?
        .query_map((after, limit), row::event)?
        .collect()
}
