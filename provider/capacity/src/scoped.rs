//! Gangs that need more than devices in one bin: a share of zones, CPU and memory beside them, or bins that overlap, as when
//! one pool needs a node and another an NLVink domain of the same devices.
//!
//! One pool alone is decided by counting. Several are placed greedily, shown impossible by an inequality, or searched up to a
//! bound.

mod alone;
mod draft;
mod greedy;
mod room;
mod search;

use std::collections::BTreeMap;

use crate::fleet::Fleet;
use crate::problem::{Group, Share};
use crate::search::Found;
use crate::shortage::Shortage;
use crate::want::Reading;
use room::Rooms;

/// A gang, or several alike in one place: how many devices of which atoms.
#[derive(Clone, Debug)]
struct Laid {
    /// The position in the group.
    want: usize,
    parts: Vec<(usize, u32)>,
}

/// Decides a group whose gangs need more than devices in one bin.
pub(crate) fn decide(
    fleet: &Fleet,
    group: &Group,
    reading: Reading,
) -> Result<Found<Vec<Share>>, Shortage> {
    let rooms = Rooms::new(fleet, group, reading);
    if let Some(shortage) = alone::shortage(&rooms) {
        return Err(shortage);
    }
    let found = match greedy::place(&rooms) {
        Some(laid) => Found::Placed(laid),
        None => search::place(&rooms),
    };
    Ok(match found {
        Found::Placed(laid) => Found::Placed(shares(&rooms, &laid)),
        Found::Impossible => Found::Impossible,
        Found::GaveUp => Found::GaveUp,
    })
}

/// What gangs in atoms take of the fleet's bins.
fn shares(rooms: &Rooms<'_>, laid: &[Laid]) -> Vec<Share> {
    let mut left: BTreeMap<usize, Vec<(u32, u32)>> = BTreeMap::new();
    let mut shares = Vec::new();
    for one in laid {
        let demand = rooms.wants.get(one.want).map_or(0, |want| want.demand);
        for (atom, devices) in &one.parts {
            let bins = left.entry(*atom).or_insert_with(|| {
                let atom = rooms.atoms.get(*atom);
                // Taken from the end: the first node is the first to be used.
                atom.map(|atom| atom.bins.iter().rev().copied().collect())
                    .unwrap_or_default()
            });
            let mut devices = *devices;
            while let Some((bin, free)) = bins.last_mut().filter(|_| devices > 0) {
                let here = devices.min(*free);
                shares.push(Share {
                    demand,
                    bin: *bin,
                    devices: here,
                });
                devices -= here;
                *free -= here;
                if *free == 0 {
                    bins.pop();
                }
            }
        }
    }
    shares
}
