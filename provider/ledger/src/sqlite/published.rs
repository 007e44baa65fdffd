//! What hosts published, and what plans noted.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};

use super::fault::Failure;
use super::{lease, row, seal};
use crate::{Author, PlanNote, Publication};

pub(super) const PUBLISHED: &str = "SELECT name, at, actor, body, seal FROM published";
pub(super) const PLAN_NOTES: &str =
    "SELECT pool, fingerprint, at, body, until, seal FROM plan_note";

pub(super) fn publish(
    connection: &Connection,
    author: &Author,
    name: &str,
    body: &str,
) -> Result<Publication, Failure> {
    let publication = Publication {
        name: name.to_owned(),
        at: row::now(connection)?,
        actor: author.actor.clone(),
        body: body.to_owned(),
    };
    let sql = "INSERT INTO published (name, at, actor, body, seal) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (name) DO UPDATE SET at = ?2, actor = ?3, body = ?4, seal = ?5";
    connection.prepare_cached(sql)?.execute((
        &publication.name,
        publication.at.to_string(),
        &publication.actor,
        &publication.body,
        seal::of_publication(&publication),
    ))?;
    Ok(publication)
}

pub(super) fn published(connection: &Connection) -> rusqlite::Result<Vec<Publication>> {
    let sql = format!("{PUBLISHED} ORDER BY name");
    connection
        .prepare_cached(&sql)?
        .query_map([], publication)?
        .collect()
}

pub(super) fn publication(row: &Row<'_>) -> rusqlite::Result<Publication> {
    let publication = Publication {
        name: row.get(0)?,
        at: row::time(row, 1)?,
        actor: row.get(2)?,
        body: row.get(3)?,
    };
    row::sealed(row, 4, &seal::of_publication(&publication), || {
        format!("snapshot `{}`", publication.name)
    })?;
    Ok(publication)
}

/// Keeps a note for so long, and forgets those whose time is over.
pub(super) fn note_plan(
    connection: &Connection,
    (pool, fingerprint): (&str, &str),
    devices: &[String],
    kept: Duration,
) -> Result<(), Failure> {
    let expired = "DELETE FROM plan_note WHERE julianday(until) < julianday('now')";
    connection.prepare_cached(expired)?.execute([])?;
    let note = PlanNote {
        pool: pool.to_owned(),
        fingerprint: fingerprint.to_owned(),
        at: row::now(connection)?,
        devices: devices.to_vec(),
    };
    let until = lease::after(note.at, kept).to_string();
    let sql = "INSERT INTO plan_note (pool, fingerprint, at, until, body, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (pool, fingerprint) DO UPDATE SET at = ?3, until = ?4, body = ?5, seal = ?6";
    connection.prepare_cached(sql)?.execute((
        pool,
        fingerprint,
        note.at.to_string(),
        &until,
        note.devices.join("\n"),
        seal::of_plan_note(&note, &until),
    ))?;
    Ok(())
}

pub(super) fn plan_note(
    connection: &Connection,
    pool: &str,
    fingerprint: &str,
) -> rusqlite::Result<Option<PlanNote>> {
    let sql = format!(
        "{PLAN_NOTES} WHERE pool = ?1 AND fingerprint = ?2 AND julianday(until) >= julianday('now')"
    );
    connection
        .prepare_cached(&sql)?
        .query_row([pool, fingerprint], note)
        .optional()
}

pub(super) fn note(row: &Row<'_>) -> rusqlite::Result<PlanNote> {
    let body: String = row.get(3)?;
    let note = PlanNote {
        pool: row.get(0)?,
        fingerprint: row.get(1)?,
        at: row::time(row, 2)?,
        devices: body.lines().map(str::to_owned).collect(),
    };
    let until: String = row.get(4)?;
    row::sealed(row, 5, &seal::of_plan_note(&note, &until), || {
        format!("note of pool `{}`", note.pool)
    })?;
    Ok(note)
}
