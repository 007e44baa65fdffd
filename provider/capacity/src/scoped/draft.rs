//! Rooms in the making: bins become atoms, and the places of each want.

use std::collections::BTreeMap;

use portcullis_model::{Location, NodeRoom};

use super::room::{Alike, Atom, Left, Rooms, Spot};
use crate::demand::{Beside, Together};
use crate::fleet::{Bin, Fleet};
use crate::want::{Reading, Want};

/// What makes a place: its node or domain, the kind of device, and the zone where that counts.
type SpotKey = (u32, Alike, Option<usize>);

/// What a want says of a bin: it lies in this spot, or any of its devices will do.
type Role = (usize, Option<usize>);

/// What makes an atom: the roles of its bins, their node where one is told apart, and what they are.
type AtomKey = (Vec<Role>, usize, Alike);

/// Rooms in the making.
pub(super) struct Draft<'a> {
    fleet: &'a Fleet,
    wants: &'a [Want],
    zones: BTreeMap<Option<Location>, usize>,
    /// By the node's number in the snapshot, its position here and the first device on it.
    nodes: BTreeMap<u32, (usize, u32)>,
    spots: Vec<BTreeMap<SpotKey, usize>>,
    atoms: BTreeMap<AtomKey, Vec<(u32, u32)>>,
    /// Zone and node of each spot, by want.
    places: Vec<Vec<(usize, usize)>>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(fleet: &'a Fleet, wants: &'a [Want]) -> Self {
        let mut zones = BTreeMap::new();
        // Zones of gangs that are kept count even where nothing is free in them.
        for want in wants {
            for zone in want.quota.iter().flat_map(|quota| quota.kept.keys()) {
                let next = zones.len();
                zones.entry(Some(zone.clone())).or_insert(next);
            }
        }
        Self {
            fleet,
            wants,
            zones,
            nodes: BTreeMap::new(),
            spots: vec![BTreeMap::new(); wants.len()],
            atoms: BTreeMap::new(),
            places: vec![Vec::new(); wants.len()],
        }
    }

    pub(super) fn add(&mut self, number: u32, bin: &Bin) {
        let Some(kind) = self.fleet.kind_of(bin) else {
            return;
        };
        let zone = self.fleet.site_of(kind).and_then(|site| site.zone.clone());
        let next = self.zones.len();
        let zone = *self.zones.entry(zone).or_insert(next);
        let next = self.nodes.len();
        let (node, _) = *self.nodes.entry(bin.node).or_insert((next, bin.first));
        let alike = kind.alike();
        let mut roles = Vec::new();
        for (position, want) in self
            .wants
            .iter()
            .enumerate()
            .filter(|(_, want)| want.accepts(bin))
        {
            if want.is_loose() {
                roles.push((position, None));
                continue;
            }
            let place = match (want.together, bin.fabric) {
                (Together::Fabric, Some(fabric)) => fabric,
                _ => bin.node,
            };
            let key = (place, alike, want.quota.as_ref().map(|_| zone));
            let Some((spots, places)) = self
                .spots
                .get_mut(position)
                .zip(self.places.get_mut(position))
            else {
                continue;
            };
            let spot = *spots.entry(key).or_insert_with(|| {
                places.push((zone, node));
                places.len() - 1
            });
            roles.push((position, Some(spot)));
        }
        if !roles.is_empty() {
            let atoms = self
                .atoms
                .entry((roles, node_of(self.wants, node), alike))
                .or_default();
            atoms.push((number, bin.free));
        }
    }

    pub(super) fn finish(self, reading: Reading) -> Rooms<'a> {
        let (cpu, memory) = self.beside(reading);
        let in_zone = self.in_zone();
        let places = self.places.into_iter();
        let mut spots: Vec<Vec<Spot>> = places
            .map(|places| {
                let spots = places.into_iter().map(|(zone, node)| Spot {
                    atoms: Vec::new(),
                    zone,
                    node,
                });
                spots.collect()
            })
            .collect();
        let mut atoms = Vec::with_capacity(self.atoms.len());
        let mut start = Left {
            free: Vec::with_capacity(self.atoms.len()),
            cpu,
            memory,
            in_zone,
        };
        for (number, ((roles, node, alike), bins)) in self.atoms.into_iter().enumerate() {
            for (want, spot) in &roles {
                let spot = spot.and_then(|spot| spots.get_mut(*want)?.get_mut(spot));
                if let Some(spot) = spot {
                    spot.atoms.push(number);
                }
            }
            start.free.push(bins.iter().map(|(_, free)| *free).sum());
            atoms.push(Atom {
                bins,
                column: roles.into_iter().map(|(want, _)| want).collect(),
                node,
                alike,
            });
        }
        let tight = self.wants.iter().filter(|want| !want.is_loose());
        Rooms {
            wants: self.wants,
            atoms,
            spots,
            start,
            by_node: tight
                .into_iter()
                .all(|want| want.together == Together::Node),
        }
    }

    /// Free CPU and memory by node, where a want asks for them.
    fn beside(&self, reading: Reading) -> (Vec<u64>, Vec<u64>) {
        let asks = |of: fn(&Beside) -> Option<u32>| {
            let mut wants = self.wants.iter();
            wants.any(|want| of(&want.beside).is_some())
        };
        let rooms = |asked: bool, of: fn(NodeRoom) -> Option<u32>| {
            let mut rooms = vec![0; if asked { self.nodes.len() } else { 0 }];
            for (position, first) in self.nodes.values() {
                let device = self.fleet.snapshot().device(*first as usize);
                let room =
                    device.map(|device| self.fleet.room_of(device.node_index(), device.room()));
                let told = room.and_then(of).map(u64::from);
                if let Some(room) = rooms.get_mut(*position) {
                    *room = told.unwrap_or(match reading {
                        Reading::Told => 0,
                        Reading::Generous => u64::MAX,
                    });
                }
            }
            rooms
        };
        (
            rooms(asks(|beside| beside.cpu_milli), |room| room.cpu_milli),
            rooms(asks(|beside| beside.memory_mib), |room| room.memory_mib),
        )
    }

    /// Per want, the gangs that are kept in each zone.
    fn in_zone(&self) -> Vec<Vec<u64>> {
        let of_want = |want: &Want| {
            let mut gangs = vec![0; self.zones.len()];
            for (zone, count) in want.quota.iter().flat_map(|quota| &quota.kept) {
                let slot = self.zones.get(&Some(zone.clone()));
                if let Some(slot) = slot.and_then(|slot| gangs.get_mut(*slot)) {
                    *slot = *count;
                }
            }
            gangs
        };
        self.wants.iter().map(of_want).collect()
    }
}

/// Where gangs lie in domains, devices of several nodes are one atom: no node is told apart.
fn node_of(wants: &[Want], node: usize) -> usize {
    let fabric = |want: &Want| want.together == Together::Fabric;
    let node_bound = |want: &Want| !want.is_loose() && !fabric(want);
    if wants.iter().any(node_bound) {
        node
    } else {
        0
    }
}
