//! Which devices a pool takes and gives back.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::change::Entry;
use super::fault::Failure;
use super::{query, row};
use crate::{Device, Error, Held, Object, Reservation};

/// The devices that changed hands.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) reserved: Vec<String>,
    pub(super) released: Vec<String>,
    /// Devices taken from pools whose lease was over, by pool.
    pub(super) expired: BTreeMap<String, Vec<String>>,
}

/// Makes a pool hold exactly the devices of its draft, or nothing new at all. Other objects hold none.
pub(super) fn hold(
    connection: &Connection,
    entry: &Entry,
    key: &str,
    object: &Object,
) -> Result<Moved, Failure> {
    let Object::Pool(devices) = object else {
        return Ok(Moved::default());
    };
    let wanted: BTreeMap<&str, &Device> = devices
        .iter()
        .map(|device| (device.key.as_str(), device))
        .collect();
    let mut kept = BTreeMap::new();
    let mut held: Vec<Reservation> = Vec::new();
    let mut moved = Moved::default();
    for (name, device) in &wanted {
        for found in in_the_way(connection, device)? {
            match found {
                found if found.pool == key && found.device.key == *name => {
                    kept.insert(*name, found);
                }
                // What the pool itself holds and does not keep is given back first.
                found if found.pool == key => {}
                found if found.expired => {
                    let from = moved.expired.entry(found.pool).or_default();
                    if !from.contains(&found.device.key) {
                        from.push(found.device.key);
                    }
                }
                found => held.push(found),
            }
        }
    }
    held.sort_by(|one, other| one.device.cmp(&other.device));
    held.dedup();
    let held: Vec<Held> = held.into_iter().map(Held::from).collect();
    if !held.is_empty() {
        return Err(Error::Held {
            pool: key.to_owned(),
            asked: wanted.len(),
            held,
        }
        .into());
    }
    for device in moved.expired.values().flatten() {
        release(connection, device)?;
    }
    for Reservation { device, .. } in query::reservations_of(connection, key)? {
        if !wanted.contains_key(device.key.as_str()) {
            release(connection, &device.key)?;
            moved.released.push(device.key);
        }
    }
    for (name, device) in wanted {
        match kept.remove(name) {
            Some(same) if same.device == *device => {}
            // Held already, for another replica: the device stays under the fence it was taken with.
            Some(held) => {
                row::put_reservation(
                    connection,
                    &Reservation {
                        device: device.clone(),
                        ..held
                    },
                )?;
            }
            None => {
                row::put_reservation(connection, &entry.reservation(key, device))?;
                moved.reserved.push(name.to_owned());
            }
        }
    }
    Ok(moved)
}

/// The reservations that a device cannot be reserved beside: its own, and those that take what it takes of its GPU.
fn in_the_way(connection: &Connection, device: &Device) -> rusqlite::Result<Vec<Reservation>> {
    let Some(units) = &device.units else {
        return query::reservations_on(connection, &device.key);
    };
    let own = query::reservation(connection, &device.key)?;
    let on_gpu = query::reservations_on(connection, &units.gpu)?;
    let others = on_gpu.into_iter().filter(|found| {
        let other = found.device.units.as_ref();
        found.device.key != device.key && other.is_none_or(|other| units.meet(other))
    });
    Ok(own.into_iter().chain(others).collect())
}

/// Gives all devices of a pool back.
pub(super) fn release_all(connection: &Connection, pool: &str) -> rusqlite::Result<Moved> {
    let mut moved = Moved::default();
    for Reservation { device, .. } in query::reservations_of(connection, pool)? {
        release(connection, &device.key)?;
        moved.released.push(device.key);
    }
    Ok(moved)
}

fn release(connection: &Connection, device: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM reservation WHERE device = ?1")?
        .execute([device])?;
    Ok(())
}
