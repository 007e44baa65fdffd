//! Rows to types and the names of tables.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};

use crate::{Action, Author, Device, Event, Kind, Record, Reservation};

/// The table of a kind. SQL has its own plans for the word `group`.
pub(super) const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Identity => "identity",
        Kind::Pool => "pool",
        Kind::Split => "split",
        Kind::Group => "subject_group",
    }
}

/// SQLite's clock, in the form that [`Timestamp`] reads.
pub(super) const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

pub(super) const RECORD: &str =
    "key, owner, fingerprint, body, incarnation, acknowledged, run, created_at, updated_at";

pub(super) fn record(kind: Kind, row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        kind,
        key: row.get(0)?,
        owner: row.get(1)?,
        fingerprint: row.get(2)?,
        body: row.get::<_, Json>(3)?.0,
        incarnation: row.get(4)?,
        acknowledged: row.get(5)?,
        run: row.get(6)?,
        created_at: row.get::<_, Instant>(7)?.0,
        updated_at: row.get::<_, Instant>(8)?.0,
    })
}

pub(super) const RESERVATION: &str =
    "r.device, r.replica, r.node, r.model, r.pool, p.owner, r.fence, r.since";

pub(super) fn reservation(row: &Row<'_>) -> rusqlite::Result<Reservation> {
    Ok(Reservation {
        device: Device {
            key: row.get(0)?,
            replica: row.get(1)?,
            node: row.get(2)?,
            model: row.get(3)?,
        },
        pool: row.get(4)?,
        owner: row.get(5)?,
        fence: row.get(6)?,
        since: row.get::<_, Instant>(7)?.0,
    })
}

pub(super) const EVENT: &str = "seq, at, actor, run, action, kind, key, detail";

pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: row.get(0)?,
        at: row.get::<_, Instant>(1)?.0,
        author: Author {
            actor: row.get(2)?,
            run: row.get(3)?,
        },
        action: row.get::<_, Word<Action>>(4)?.0,
        kind: row.get::<_, Word<Kind>>(5)?.0,
        key: row.get(6)?,
        detail: row.get::<_, Json>(7)?.0,
    })
}

struct Instant(Timestamp);

impl FromSql for Instant {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value
            .as_str()?
            .parse()
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

struct Json(serde_json::Value);

impl FromSql for Json {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

/// A word of a closed set.
struct Word<T>(T);

impl FromSql for Word<Action> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Action::parse(value.as_str()?)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Word<Kind> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Kind::parse(value.as_str()?)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
}
