//! The rules of change: what is created, adopted, refused, reserved and released, each with its event.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::fault::Failure;
use super::lease;
use super::query;
use super::reserve::{self, Moved};
use super::row::{self, table};
use crate::{
    Action, Author, Created, Device, Draft, Error, Event, Force, Kind, Note, Record, Reservation,
    Seen, Topic,
};

type Step<T> = Result<T, Failure>;

pub(super) fn create(
    connection: &Connection,
    author: &Author,
    draft: &Draft,
    lease: Duration,
) -> Step<Created> {
    let found = query::get(connection, draft.object.kind(), &draft.key)?;
    let entry = Entry::next(connection, author)?;
    let record = match &found {
        None => entry.record(draft),
        // The configuration is the same, but what was chosen at apply may differ.
        Some(found) if is_orphan_of(found, author, draft) => Record {
            created_at: found.created_at,
            ..entry.record(draft)
        },
        Some(found) => return Err(exists(found, author).into()),
    };
    row::put_record(connection, &record)?;
    let moved = reserve::hold(connection, &entry, &draft.key, &draft.object)?;
    let action = if found.is_some() {
        Action::Adopted
    } else {
        Action::Created
    };
    if record.kind == Kind::Pool {
        lease::put(connection, &record.key, lease::after(entry.at, lease))?;
    }
    entry.log(connection, action, &record, devices(&moved))?;
    log_expired(connection, author, &moved)?;
    Ok(if found.is_some() {
        Created::Adopted(record)
    } else {
        Created::New(record)
    })
}

/// Whether a record is what an interrupted run of the same configuration left behind.
fn is_orphan_of(found: &Record, author: &Author, draft: &Draft) -> bool {
    !found.acknowledged
        && found.run != author.run
        && found.owner == draft.owner
        && found.fingerprint == draft.fingerprint
}

fn exists(found: &Record, author: &Author) -> Error {
    Error::Exists {
        kind: found.kind,
        key: found.key.clone(),
        owner: found.owner.clone(),
        created_at: found.created_at,
        acknowledged: found.acknowledged,
        this_run: found.run == author.run && !found.acknowledged,
    }
}

pub(super) fn update(
    connection: &Connection,
    author: &Author,
    incarnation: u64,
    draft: &Draft,
) -> Step<Record> {
    let kind = draft.object.kind();
    let found = current(connection, kind, &draft.key, incarnation)?;
    let entry = Entry::next(connection, author)?;
    let record = Record {
        owner: draft.owner.clone(),
        fingerprint: draft.fingerprint.clone(),
        body: draft.body.clone(),
        // Only a state can know the incarnation.
        acknowledged: true,
        updated_at: entry.at,
        ..found
    };
    row::put_record(connection, &record)?;
    let moved = reserve::hold(connection, &entry, &draft.key, &draft.object)?;
    if kind == Kind::Pool {
        lease::end(connection, &record.key)?;
    }
    entry.log(connection, Action::Updated, &record, devices(&moved))?;
    log_expired(connection, author, &moved)?;
    Ok(record)
}

pub(super) fn realize(
    connection: &Connection,
    author: &Author,
    (kind, key): (Kind, &str),
    incarnation: u64,
    body: &Json,
) -> Step<Record> {
    let found = current(connection, kind, key, incarnation)?;
    let entry = Entry::next(connection, author)?;
    let record = Record {
        body: body.clone(),
        updated_at: entry.at,
        ..found
    };
    row::put_record(connection, &record)?;
    entry.log(connection, Action::Realized, &record, json!({}))?;
    Ok(record)
}

pub(super) fn force(
    connection: &Connection,
    author: &Author,
    (kind, key): (Kind, &str),
    incarnation: u64,
    force: &Force,
) -> Step<()> {
    let found = current(connection, kind, key, incarnation)?;
    let detail = json!({"reason": force.reason, "left": force.left});
    Entry::next(connection, author)?.log(connection, Action::Forced, &found, detail)?;
    Ok(())
}

/// The record that the caller's state knows by `incarnation`.
fn current(connection: &Connection, kind: Kind, key: &str, incarnation: u64) -> Step<Record> {
    let found = query::get(connection, kind, key)?.ok_or_else(|| Error::Absent {
        kind,
        key: key.to_owned(),
    })?;
    same_incarnation(&found, incarnation)?;
    Ok(found)
}

pub(super) fn delete(
    connection: &Connection,
    author: &Author,
    kind: Kind,
    key: &str,
    incarnation: u64,
) -> Step<bool> {
    let Some(found) = query::get(connection, kind, key)? else {
        return Ok(false);
    };
    same_incarnation(&found, incarnation)?;
    let moved = match kind {
        Kind::Pool => reserve::release_all(connection, key)?,
        Kind::Identity | Kind::Split | Kind::Group | Kind::Grant | Kind::DutyConstraint => {
            Moved::default()
        }
    };
    let sql = format!("DELETE FROM {} WHERE key = ?1", table(kind));
    connection.prepare_cached(&sql)?.execute([key])?;
    Entry::next(connection, author)?.log(connection, Action::Deleted, &found, devices(&moved))?;
    Ok(true)
}

/// Takes all devices from a pool, whoever holds it, and keeps its record; those that it had.
pub(super) fn free(
    connection: &Connection,
    author: &Author,
    pool: &str,
    reason: &str,
) -> Step<Vec<String>> {
    let kind = Kind::Pool;
    let found = query::get(connection, kind, pool)?.ok_or_else(|| Error::Absent {
        kind,
        key: pool.to_owned(),
    })?;
    let moved = reserve::release_all(connection, pool)?;
    lease::end(connection, pool)?;
    let mut more = devices(&moved);
    if let Some(more) = more.as_object_mut() {
        more.insert("reason".to_owned(), json!(reason));
    }
    Entry::next(connection, author)?.log(connection, Action::Freed, &found, more)?;
    Ok(moved.released)
}

/// Says of every pool whose lease was over that its devices went to another.
fn log_expired(connection: &Connection, author: &Author, moved: &Moved) -> Step<()> {
    for (pool, gone) in &moved.expired {
        let Some(record) = query::get(connection, Kind::Pool, pool)? else {
            continue;
        };
        let lost = Moved {
            released: gone.clone(),
            ..Moved::default()
        };
        Entry::next(connection, author)?.log(
            connection,
            Action::Expired,
            &record,
            devices(&lost),
        )?;
    }
    Ok(())
}

pub(super) fn acknowledge(connection: &Connection, author: &Author, seen: &[Seen]) -> Step<usize> {
    let news = unacknowledged(connection, seen)?;
    for record in &news {
        let record = Record {
            acknowledged: true,
            ..record.clone()
        };
        row::put_record(connection, &record)?;
        if record.kind == Kind::Pool {
            lease::end(connection, &record.key)?;
        }
        let entry = Entry::next(connection, author)?;
        entry.log(connection, Action::Acknowledged, &record, json!({}))?;
    }
    Ok(news.len())
}

pub(super) fn note(connection: &Connection, author: &Author, calls: &[Note]) -> Step<usize> {
    for call in calls {
        Entry::next(connection, author)?.note(connection, call)?;
    }
    Ok(calls.len())
}

/// The records among `seen` that [`acknowledge`] would change.
pub(super) fn unacknowledged(connection: &Connection, seen: &[Seen]) -> Step<Vec<Record>> {
    let mut news = BTreeMap::new();
    for Seen {
        kind,
        key,
        incarnation,
    } in seen
    {
        if let Some(record) = query::get(connection, *kind, key)?
            && record.incarnation == *incarnation
            && !record.acknowledged
        {
            news.insert((*kind, key), record);
        }
    }
    Ok(news.into_values().collect())
}

fn same_incarnation(found: &Record, known: u64) -> Result<(), Error> {
    if found.incarnation == known {
        return Ok(());
    }
    Err(Error::Superseded {
        kind: found.kind,
        key: found.key.clone(),
        known,
        found: found.incarnation,
        owner: found.owner.clone(),
        run: found.run.clone(),
        updated_at: found.updated_at,
    })
}

/// The devices that a change moved, as its event tells them; nothing when there are none.
fn devices(moved: &Moved) -> Json {
    let words = [("reserved", &moved.reserved), ("released", &moved.released)];
    let told = words.into_iter().filter(|(_, devices)| !devices.is_empty());
    told.map(|(word, devices)| (word.to_owned(), json!(devices)))
        .collect()
}

/// The place of the change at hand in the order of all changes. Its number is the fencing number of whatever the
/// change takes.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    author: &'a Author,
    seq: u64,
    before: String,
    at: Timestamp,
}

impl<'a> Entry<'a> {
    /// The next place. The transaction writes, so nobody else can take it.
    fn next(connection: &Connection, author: &'a Author) -> rusqlite::Result<Self> {
        let (last, before) = query::tail(connection)?;
        Ok(Self {
            author,
            seq: last + 1,
            before,
            at: row::now(connection)?,
        })
    }

    fn record(&self, draft: &Draft) -> Record {
        Record {
            kind: draft.object.kind(),
            key: draft.key.clone(),
            owner: draft.owner.clone(),
            fingerprint: draft.fingerprint.clone(),
            body: draft.body.clone(),
            incarnation: self.seq,
            acknowledged: false,
            run: self.author.run.clone(),
            created_at: self.at,
            updated_at: self.at,
        }
    }

    /// The owner stays open: it is the pool's, and read from there.
    pub(super) fn reservation(&self, pool: &str, device: &Device) -> Reservation {
        Reservation {
            device: device.clone(),
            pool: pool.to_owned(),
            owner: String::new(),
            fence: self.seq,
            since: self.at,
            lease_until: None,
            expired: false,
        }
    }

    fn log(
        self,
        connection: &Connection,
        action: Action,
        record: &Record,
        more: Json,
    ) -> rusqlite::Result<()> {
        let mut detail = json!({
            "owner": record.owner,
            "fingerprint": record.fingerprint,
            "incarnation": record.incarnation,
        });
        if let (Some(detail), Json::Object(more)) = (detail.as_object_mut(), more) {
            detail.extend(more);
        }
        let event = Event {
            seq: self.seq,
            at: self.at,
            author: self.author.clone(),
            action,
            topic: Topic::Record(record.kind),
            key: record.key.clone(),
            detail,
        };
        row::put_event(connection, &self.before, &event)
    }

    fn note(self, connection: &Connection, call: &Note) -> rusqlite::Result<()> {
        let event = Event {
            seq: self.seq,
            at: self.at,
            author: self.author.clone(),
            action: Action::Called,
            topic: Topic::Plugin,
            key: call.plugin.clone(),
            detail: call.detail.clone(),
        };
        row::put_event(connection, &self.before, &event)
    }
}
