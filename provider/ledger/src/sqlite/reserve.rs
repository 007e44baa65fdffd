//! Which devices a pool takes and gives back.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::fault::Failure;
use super::row::NOW;
use crate::{Device, Draft, Error, Held, Kind};

/// The devices that changed hands.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) reserved: Vec<String>,
    pub(super) released: Vec<String>,
}

/// Makes a pool hold exactly the devices of its draft, or nothing new at all.
pub(super) fn hold(connection: &Connection, draft: &Draft, fence: u64) -> Result<Moved, Failure> {
    if draft.object.kind() != Kind::Pool {
        return Ok(Moved::default());
    }
    let wanted: BTreeMap<&str, &Device> = draft
        .object
        .devices()
        .iter()
        .map(|device| (device.key.as_str(), device))
        .collect();
    let held = held_by_others(connection, &draft.key, &wanted)?;
    if !held.is_empty() {
        return Err(Error::Held {
            pool: draft.key.clone(),
            asked: wanted.len(),
            held,
        }
        .into());
    }
    let mut moved = Moved::default();
    for device in devices_of(connection, &draft.key)? {
        if !wanted.contains_key(device.as_str()) {
            connection
                .prepare_cached("DELETE FROM reservation WHERE device = ?1")?
                .execute([&device])?;
            moved.released.push(device);
        }
    }
    for device in wanted.into_values() {
        if take(connection, &draft.key, device, fence)? {
            moved.reserved.push(device.key.clone());
        }
    }
    Ok(moved)
}

/// Gives all devices of a pool back.
pub(super) fn release_all(connection: &Connection, pool: &str) -> rusqlite::Result<Moved> {
    let released = devices_of(connection, pool)?;
    connection
        .prepare_cached("DELETE FROM reservation WHERE pool = ?1")?
        .execute([pool])?;
    Ok(Moved {
        reserved: Vec::new(),
        released,
    })
}

/// Reserves a device; `false` if the pool had it already. A device of another pool breaks the primary key.
fn take(
    connection: &Connection,
    pool: &str,
    device: &Device,
    fence: u64,
) -> rusqlite::Result<bool> {
    let kept = connection
        .prepare_cached(
            "UPDATE reservation SET replica = ?3, node = ?4, model = ?5 WHERE device = ?1 AND pool = ?2",
        )?
        .execute((&device.key, pool, device.replica, &device.node, &device.model))?;
    if kept == 0 {
        let sql = format!(
            "INSERT INTO reservation (device, pool, replica, node, model, fence, since) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, {NOW})"
        );
        connection.prepare_cached(&sql)?.execute((
            &device.key,
            pool,
            device.replica,
            &device.node,
            &device.model,
            fence,
        ))?;
    }
    Ok(kept == 0)
}

fn devices_of(connection: &Connection, pool: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT device FROM reservation WHERE pool = ?1 ORDER BY device")?
        .query_map([pool], |row| row.get(0))?
        .collect()
}

fn held_by_others(
    connection: &Connection,
    pool: &str,
    wanted: &BTreeMap<&str, &Device>,
) -> rusqlite::Result<Vec<Held>> {
    let mut statement = connection.prepare_cached(
        "SELECT r.device, r.node, r.pool, p.owner FROM reservation r JOIN pool p ON p.key = r.pool \
         WHERE r.device = ?1 AND r.pool <> ?2",
    )?;
    let mut held = Vec::new();
    for device in wanted.keys() {
        let rows = statement.query_map((device, pool), |row| {
            Ok(Held {
                device: row.get(0)?,
                node: row.get(1)?,
                pool: row.get(2)?,
                owner: row.get(3)?,
            })
        })?;
        for row in rows {
            held.push(row?);
        }
    }
    Ok(held)
}
