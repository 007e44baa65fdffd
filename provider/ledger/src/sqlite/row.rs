//! Rows to types and back.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Type, ValueRef};
use rusqlite::{Connection, Row, named_params};

use super::seal;
use crate::{Action, Author, Device, Event, Kind, Record, Reservation, Topic, Units};

/// The table of a kind. SQL has its own plans for the words `group` and `grant`.
pub(super) const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Identity => "identity",
        Kind::Pool => "pool",
        Kind::Split => "split",
        Kind::Group => "subject_group",
        Kind::Grant => "access_grant",
        Kind::DutyConstraint => "duty_constraint",
    }
}

/// SQLite's clock, in the form that [`Timestamp`] reads.
pub(super) const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

pub(super) fn now(connection: &Connection) -> rusqlite::Result<Timestamp> {
    let sql = format!("SELECT {NOW}");
    connection
        .prepare_cached(&sql)?
        .query_row([], |row| time(row, 0))
}

pub(super) const RECORD: &str =
    "key, owner, fingerprint, body, incarnation, acknowledged, run, created_at, updated_at, seal";

pub(super) fn record(kind: Kind, row: &Row<'_>) -> rusqlite::Result<Record> {
    let record = Record {
        kind,
        key: row.get(0)?,
        owner: row.get(1)?,
        fingerprint: row.get(2)?,
        body: row.get::<_, Json>(3)?.0,
        incarnation: row.get(4)?,
        acknowledged: row.get(5)?,
        run: row.get(6)?,
        created_at: time(row, 7)?,
        updated_at: time(row, 8)?,
    };
    sealed(row, 9, &seal::of_record(&record), || {
        format!("{} `{}`", kind.as_str(), record.key)
    })?;
    Ok(record)
}

/// Inserts a record or replaces the one with its key.
pub(super) fn put_record(connection: &Connection, record: &Record) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO {} ({RECORD}) VALUES (:key, :owner, :fingerprint, :body, :incarnation, :acknowledged, :run, \
         :created_at, :updated_at, :seal) ON CONFLICT (key) DO UPDATE SET owner = :owner, \
         fingerprint = :fingerprint, body = :body, incarnation = :incarnation, acknowledged = :acknowledged, \
         run = :run, created_at = :created_at, updated_at = :updated_at, seal = :seal",
        table(record.kind)
    );
    connection.prepare_cached(&sql)?.execute(named_params! {
        ":key": record.key,
        ":owner": record.owner,
        ":fingerprint": record.fingerprint,
        ":body": record.body.to_string(),
        ":incarnation": record.incarnation,
        ":acknowledged": record.acknowledged,
        ":run": record.run,
        ":created_at": record.created_at.to_string(),
        ":updated_at": record.updated_at.to_string(),
        ":seal": seal::of_record(record),
    })?;
    Ok(())
}

/// All reservations with the owners of their pools, to be followed by conditions on `r`.
pub(super) const RESERVATIONS: &str = "SELECT r.device, r.replica, r.node, r.model, r.pool, p.owner, r.fence, r.since, r.seal, \
     l.until, julianday(l.until) < julianday('now'), l.seal, \
     (SELECT min(u.gpu) FROM instance_unit u WHERE u.device = r.device), \
     (SELECT sum(1 << u.unit) FROM instance_unit u WHERE u.device = r.device) \
     FROM reservation r LEFT JOIN pool p ON p.key = r.pool LEFT JOIN lease l ON l.pool = r.pool";

pub(super) fn reservation(row: &Row<'_>) -> rusqlite::Result<Reservation> {
    let reservation = Reservation {
        device: Device {
            key: row.get(0)?,
            replica: row.get(1)?,
            node: row.get(2)?,
            model: row.get(3)?,
            units: units(row)?,
        },
        pool: row.get(4)?,
        owner: row.get(5)?,
        fence: row.get(6)?,
        since: time(row, 7)?,
        lease_until: row.get::<_, Option<Time>>(9)?.map(|until| until.0),
        expired: row.get::<_, Option<bool>>(10)?.unwrap_or(false),
    };
    sealed(row, 8, &seal::of_reservation(&reservation), || {
        format!("reservation of `{}`", reservation.device.key)
    })?;
    if let Some(until) = reservation.lease_until {
        sealed(row, 11, &seal::of_lease(&reservation.pool, until), || {
            format!("lease of pool `{}`", reservation.pool)
        })?;
    }
    Ok(reservation)
}

/// The memory units of a reservation, as one range.
fn units(row: &Row<'_>) -> rusqlite::Result<Option<Units>> {
    let (gpu, bits): (Option<String>, Option<u8>) = (row.get(12)?, row.get(13)?);
    let Some((gpu, bits)) = gpu.zip(bits) else {
        return Ok(None);
    };
    let units = Units {
        gpu,
        first: u8::try_from(bits.trailing_zeros()).unwrap_or(u8::MAX),
        count: u8::try_from(bits.count_ones()).unwrap_or(u8::MAX),
    };
    let range = units.numbers().fold(0_u8, |bits, unit| bits | 1 << unit);
    if range == bits {
        return Ok(Some(units));
    }
    let found = "its memory units have a gap";
    Err(rusqlite::Error::FromSqlConversionFailure(
        13,
        Type::Integer,
        found.into(),
    ))
}

/// Inserts a reservation, or replaces the one that the same pool has. Where another pool has the device, this fails
/// by the primary key.
pub(super) fn put_reservation(
    connection: &Connection,
    reservation: &Reservation,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO reservation (device, replica, node, model, pool, fence, since, seal) \
               VALUES (:device, :replica, :node, :model, :pool, :fence, :since, :seal)";
    connection
        .prepare_cached("DELETE FROM reservation WHERE device = ?1 AND pool = ?2")?
        .execute((&reservation.device.key, &reservation.pool))?;
    connection.prepare_cached(sql)?.execute(named_params! {
        ":device": reservation.device.key,
        ":replica": reservation.device.replica,
        ":node": reservation.device.node,
        ":model": reservation.device.model,
        ":pool": reservation.pool,
        ":fence": reservation.fence,
        ":since": reservation.since.to_string(),
        ":seal": seal::of_reservation(reservation),
    })?;
    let sql = "INSERT INTO instance_unit (gpu, unit, device) VALUES (?1, ?2, ?3)";
    if let Some(units) = &reservation.device.units {
        for unit in units.numbers() {
            connection
                .prepare_cached(sql)?
                .execute((&units.gpu, unit, &reservation.device.key))?;
        }
    }
    Ok(())
}

/// All events, each with the hash of the one before it (the first with the id of the ledger, so that no history can be
/// grafted on another), to be followed by conditions on `e`.
pub(super) const EVENTS: &str = "SELECT e.seq, e.at, e.actor, e.run, e.action, e.kind, e.key, e.detail, e.hash, coalesce(b.hash, (SELECT ledger_id FROM meta)) \
     FROM event e LEFT JOIN event b ON b.seq = e.seq - 1";

pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let event = Event {
        seq: row.get(0)?,
        at: time(row, 1)?,
        author: Author {
            actor: row.get(2)?,
            run: row.get(3)?,
        },
        action: row.get::<_, Word<Action>>(4)?.0,
        topic: row.get::<_, Word<Topic>>(5)?.0,
        key: row.get(6)?,
        detail: row.get::<_, Json>(7)?.0,
    };
    let before: String = row.get(9)?;
    sealed(row, 8, &seal::of_event(&before, &event), || {
        format!("event {}", event.seq)
    })?;
    Ok(event)
}

/// Adds an event behind the one whose hash is `before`.
pub(super) fn put_event(
    connection: &Connection,
    before: &str,
    event: &Event,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO event (seq, at, actor, run, action, kind, key, detail, hash) \
               VALUES (:seq, :at, :actor, :run, :action, :kind, :key, :detail, :hash)";
    connection.prepare_cached(sql)?.execute(named_params! {
        ":seq": event.seq,
        ":at": event.at.to_string(),
        ":actor": event.author.actor,
        ":run": event.author.run,
        ":action": event.action.as_str(),
        ":kind": event.topic.as_str(),
        ":key": event.key,
        ":detail": event.detail.to_string(),
        ":hash": seal::of_event(before, event),
    })?;
    Ok(())
}

pub(super) fn sealed(
    row: &Row<'_>,
    column: usize,
    expected: &str,
    name: impl FnOnce() -> String,
) -> rusqlite::Result<()> {
    if row.get_ref(column)?.as_bytes() == Ok(expected.as_bytes()) {
        return Ok(());
    }
    let found = format!("the {} does not match its seal", name());
    Err(rusqlite::Error::FromSqlConversionFailure(
        column,
        Type::Text,
        found.into(),
    ))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    Ok(row.get::<_, Time>(column)?.0)
}

struct Time(Timestamp);

impl FromSql for Time {
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

impl FromSql for Word<Topic> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Topic::parse(value.as_str()?)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
}
