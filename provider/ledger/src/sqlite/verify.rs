//! Looking for damage.

use rusqlite::Connection;

use super::lease::{self, LEASES};
use super::published::{self, PLAN_NOTES, PUBLISHED};
use super::row::{self, EVENTS, RECORD, RESERVATIONS, table};
use super::schema;
use crate::{Flaw, Kind};

/// Rules as queries; each row that one gives is a flaw.
const RULES: [(&str, &str); 5] = [
    (
        "structure",
        "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    ),
    (
        "references",
        "SELECT \"table\" || ' refers to a ' || parent || ' that is not there' FROM pragma_foreign_key_check",
    ),
    (
        "reservation-has-pool",
        "SELECT device || ' is reserved for pool ' || pool || ', which is not there' FROM reservation \
         WHERE pool NOT IN (SELECT key FROM pool)",
    ),
    (
        "events-without-gap",
        "SELECT 'event ' || seq || ' follows event ' || before FROM \
         (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS before FROM event) WHERE seq <> before + 1 \
         UNION ALL SELECT 'the last ' || (counted - kept) || ' events are gone' FROM \
         (SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0) AS counted, \
                 (SELECT coalesce(max(seq), 0) FROM event) AS kept) WHERE counted <> kept",
    ),
    (
        "events-guarded",
        "SELECT 'trigger ' || column1 || ' is not there' FROM \
         (VALUES ('event_is_never_updated'), ('event_is_never_deleted')) \
         WHERE column1 NOT IN (SELECT name FROM sqlite_schema WHERE type = 'trigger')",
    ),
];

pub(super) fn verify(connection: &Connection) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (rule, sql) in RULES {
        ask(connection, rule, sql, &mut flaws);
    }
    let sql = fences(connection);
    ask(connection, "fence-was-given", &sql, &mut flaws);
    unreadable(connection, &mut flaws);
    flaws
}

/// Every row that the query of a rule gives is a flaw, and so is a query that cannot be asked.
fn ask(connection: &Connection, rule: &'static str, sql: &str, flaws: &mut Vec<Flaw>) {
    let found = connection.prepare(sql).and_then(|mut query| {
        query
            .query_map([], |row| row.get(0))?
            .collect::<Result<Vec<_>, _>>()
    });
    match found {
        Ok(found) => flaws.extend(found.into_iter().map(|found| Flaw { rule, found })),
        Err(error) => flaws.push(Flaw {
            rule,
            found: error.to_string(),
        }),
    }
}

/// Numbers that no event gave: of records and of reservations.
fn fences(connection: &Connection) -> String {
    let given = kinds(connection)
        .map(|kind| format!("SELECT incarnation AS number FROM {}", table(kind)))
        .chain(["SELECT fence AS number FROM reservation".to_owned()]);
    let given: Vec<String> = given.collect();
    format!(
        "SELECT 'fencing number ' || number || ' is that of no event' FROM ({}) \
         WHERE number NOT IN (SELECT seq FROM event)",
        given.join(" UNION ")
    )
}

/// The kinds whose tables are there. One that cannot be looked for is asked for all the same, and is a flaw then.
fn kinds(connection: &Connection) -> impl Iterator<Item = Kind> {
    Kind::ALL
        .into_iter()
        .filter(|kind| schema::has(connection, *kind).unwrap_or(true))
}

/// Rows whose values are not what the types promise, or what was sealed.
fn unreadable(connection: &Connection, flaws: &mut Vec<Flaw>) {
    for kind in kinds(connection) {
        let sql = format!("SELECT {RECORD} FROM {} ORDER BY key", table(kind));
        each(connection, &sql, "record-readable", flaws, |row| {
            row::record(kind, row).map(drop)
        });
    }
    each(
        connection,
        RESERVATIONS,
        "reservation-readable",
        flaws,
        |row| row::reservation(row).map(drop),
    );
    each(connection, LEASES, "lease-readable", flaws, lease::check);
    each(connection, PUBLISHED, "published-readable", flaws, |row| {
        published::publication(row).map(drop)
    });
    each(connection, PLAN_NOTES, "plan-note-readable", flaws, |row| {
        published::note(row).map(drop)
    });
    let sql = format!("{EVENTS} ORDER BY e.seq");
    each(connection, &sql, "event-readable", flaws, |row| {
        row::event(row).map(drop)
    });
}

fn each(
    connection: &Connection,
    sql: &str,
    rule: &'static str,
    flaws: &mut Vec<Flaw>,
    mut read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) {
    let rows = connection.prepare(sql).and_then(|mut query| {
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            if let Err(error) = read(row) {
                let name = row
                    .get_ref(0)
                    .map(|value| format!("{value:?}"))
                    .unwrap_or_default();
                flaws.push(Flaw {
                    rule,
                    found: format!("row {name}: {error}"),
                });
            }
        }
        Ok(())
    });
    if let Err(error) = rows {
        flaws.push(Flaw {
            rule,
            found: error.to_string(),
        });
    }
}
