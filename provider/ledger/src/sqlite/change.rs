//! The rules of change: what is created, adopted, refused, reserved and released, each with its event.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use serde_json::json;

use super::fault::Failure;
use super::query;
use super::reserve::{self, Moved};
use super::row::{NOW, table};
use crate::{Action, Author, Created, Draft, Error, Kind, Record, Seen};

type Step<T> = Result<T, Failure>;

pub(super) fn create(connection: &Connection, author: &Author, draft: &Draft) -> Step<Created> {
    let kind = draft.object.kind();
    let found = query::get(connection, kind, &draft.key)?;
    if let Some(found) = &found
        && !is_orphan_of(found, author, draft)
    {
        return Err(exists(found, author).into());
    }
    let fence = next_fence(connection)?;
    let action = if found.is_some() {
        // The configuration is the same, but what was chosen at apply may differ.
        rewrite(connection, draft)?;
        adopt(connection, author, kind, &draft.key, fence)?;
        Action::Adopted
    } else {
        insert(connection, author, draft, fence)?;
        Action::Created
    };
    let moved = reserve::hold(connection, draft, fence)?;
    let record = reread(connection, kind, &draft.key)?;
    log(connection, author, action, &record, &moved)?;
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
    let found = query::get(connection, kind, &draft.key)?.ok_or_else(|| Error::Absent {
        kind,
        key: draft.key.clone(),
    })?;
    same_incarnation(&found, incarnation)?;
    rewrite(connection, draft)?;
    let moved = reserve::hold(connection, draft, next_fence(connection)?)?;
    let record = reread(connection, kind, &draft.key)?;
    log(connection, author, Action::Updated, &record, &moved)?;
    Ok(record)
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
        Kind::Identity | Kind::Split | Kind::Group => Moved::default(),
    };
    let sql = format!("DELETE FROM {} WHERE key = ?1", table(kind));
    connection.prepare_cached(&sql)?.execute([key])?;
    log(connection, author, Action::Deleted, &found, &moved)?;
    Ok(true)
}

pub(super) fn acknowledge(connection: &Connection, author: &Author, seen: &[Seen]) -> Step<usize> {
    let mut news = 0;
    for Seen {
        kind,
        key,
        incarnation,
    } in seen
    {
        let sql = format!(
            "UPDATE {} SET acknowledged = 1 WHERE key = ?1 AND incarnation = ?2 AND acknowledged = 0",
            table(*kind)
        );
        if connection
            .prepare_cached(&sql)?
            .execute((key, incarnation))?
            > 0
        {
            let record = reread(connection, *kind, key)?;
            log(
                connection,
                author,
                Action::Acknowledged,
                &record,
                &Moved::default(),
            )?;
            news += 1;
        }
    }
    Ok(news)
}

/// Those of `seen` that a call of [`acknowledge`] would change.
pub(super) fn unacknowledged(connection: &Connection, seen: &[Seen]) -> Step<Vec<Seen>> {
    let mut fresh = BTreeMap::new();
    for one in seen {
        let sql = format!(
            "SELECT 1 FROM {} WHERE key = ?1 AND incarnation = ?2 AND acknowledged = 0",
            table(one.kind)
        );
        if connection
            .prepare_cached(&sql)?
            .exists((&one.key, one.incarnation))?
        {
            fresh.insert((one.kind, &one.key), one.clone());
        }
    }
    Ok(fresh.into_values().collect())
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

fn next_fence(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("UPDATE meta SET fence = fence + 1 RETURNING fence")?
        .query_row([], |row| row.get(0))
}

fn insert(
    connection: &Connection,
    author: &Author,
    draft: &Draft,
    fence: u64,
) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO {} (key, owner, fingerprint, body, incarnation, acknowledged, run, created_at, updated_at) \
         VALUES (:key, :owner, :fingerprint, :body, :incarnation, 0, :run, {NOW}, {NOW})",
        table(draft.object.kind())
    );
    connection.prepare_cached(&sql)?.execute(named_params! {
        ":key": draft.key,
        ":owner": draft.owner,
        ":fingerprint": draft.fingerprint,
        ":body": draft.body.to_string(),
        ":incarnation": fence,
        ":run": author.run,
    })?;
    Ok(())
}

fn rewrite(connection: &Connection, draft: &Draft) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE {} SET owner = ?2, fingerprint = ?3, body = ?4, updated_at = {NOW} WHERE key = ?1",
        table(draft.object.kind())
    );
    let body = draft.body.to_string();
    connection.prepare_cached(&sql)?.execute((
        &draft.key,
        &draft.owner,
        &draft.fingerprint,
        &body,
    ))?;
    Ok(())
}

fn adopt(
    connection: &Connection,
    author: &Author,
    kind: Kind,
    key: &str,
    fence: u64,
) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE {} SET incarnation = ?2, run = ?3 WHERE key = ?1",
        table(kind)
    );
    connection
        .prepare_cached(&sql)?
        .execute((key, fence, &author.run))?;
    Ok(())
}

fn reread(connection: &Connection, kind: Kind, key: &str) -> rusqlite::Result<Record> {
    query::get(connection, kind, key)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

fn log(
    connection: &Connection,
    author: &Author,
    action: Action,
    record: &Record,
    moved: &Moved,
) -> rusqlite::Result<()> {
    let mut detail = json!({
        "owner": record.owner,
        "fingerprint": record.fingerprint,
        "incarnation": record.incarnation,
    });
    for (word, devices) in [("reserved", &moved.reserved), ("released", &moved.released)] {
        if let (false, Some(detail)) = (devices.is_empty(), detail.as_object_mut()) {
            detail.insert(word.to_owned(), json!(devices));
        }
    }
    let sql = format!(
        "INSERT INTO event (at, actor, run, action, kind, key, detail) \
         VALUES ({NOW}, ?1, ?2, ?3, ?4, ?5, ?6)"
    );
    let kind = record.kind.as_str();
    connection.prepare_cached(&sql)?.execute((
        &author.actor,
        &author.run,
        action.as_str(),
        kind,
        &record.key,
        detail.to_string(),
    ))?;
    Ok(())
}
