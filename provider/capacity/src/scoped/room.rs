//! Where gangs may lie, and what is left there.

use portcullis_model::MigProfile;

use super::draft::Draft;
use crate::demand::Beside;
use crate::fleet::Fleet;
use crate::problem::Group;
use crate::want::{Reading, Want};

/// Where the gangs of a group may lie.
pub(super) struct Rooms<'a> {
    pub(super) wants: &'a [Want],
    pub(super) atoms: Vec<Atom>,
    /// Per want, the places that can hold a gang; none for a want whose devices each count for themselves.
    pub(super) spots: Vec<Vec<Spot>>,
    /// What is free in the beginning.
    pub(super) start: Left,
    /// Whether every gang of several devices is bound to a node, so that nodes with the same left are alike.
    pub(super) by_node: bool,
}

/// Devices that no pool of the group can tell apart, neither by themselves nor by where they are.
#[derive(Debug)]
pub(super) struct Atom {
    /// Bins of the fleet and how much is free in them.
    pub(super) bins: Vec<(u32, u32)>,
    /// The wants that accept it.
    pub(super) column: Vec<usize>,
    pub(super) node: usize,
    /// What the devices of one gang have in common.
    pub(super) alike: Alike,
}

/// A place that can hold gangs of one want, in one node or in one NVLink domain.
#[derive(Debug)]
pub(super) struct Spot {
    /// The least wanted first.
    pub(super) atoms: Vec<usize>,
    pub(super) zone: usize,
    pub(super) node: usize,
}

/// What is left while gangs are placed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Left {
    /// Free devices by atom.
    pub(super) free: Vec<u32>,
    /// Free CPU and memory by node, where a want asks for them.
    pub(super) cpu: Vec<u64>,
    pub(super) memory: Vec<u64>,
    /// Per want, the gangs in each zone.
    pub(super) in_zone: Vec<Vec<u64>>,
}

pub(super) type Alike = (usize, Option<MigProfile>, Option<u32>);

impl<'a> Rooms<'a> {
    pub(super) fn new(fleet: &'a Fleet, group: &'a Group, reading: Reading) -> Self {
        let mut draft = Draft::new(fleet, &group.wants);
        for (number, bin) in (0_u32..).zip(&fleet.bins) {
            if bin.free > 0 && group.kinds.binary_search(&(bin.kind as usize)).is_ok() {
                draft.add(number, bin);
            }
        }
        let mut rooms = draft.finish(reading);
        for spots in &mut rooms.spots {
            for spot in spots {
                let wanted =
                    |atom: &usize| rooms.atoms.get(*atom).map_or(0, |atom| atom.column.len());
                spot.atoms.sort_by_key(wanted);
            }
        }
        rooms
    }

    /// How many gangs of a want a spot holds, zones aside.
    pub(super) fn gangs(&self, want: &Want, spot: &Spot, left: &Left) -> u64 {
        let free: u64 = spot
            .atoms
            .iter()
            .map(|atom| u64::from(*left.free.get(*atom).unwrap_or(&0)))
            .sum();
        let devices = free / u64::from(want.size.max(1));
        devices.min(left.beside(want.beside, spot.node))
    }

    /// What is left of everything that gangs in the node of a spot can use.
    pub(super) fn node_state(&self, spot: &Spot, left: &Left, of_node: &[Vec<usize>]) -> NodeState {
        let atoms = of_node.get(spot.node).map(Vec::as_slice);
        let of = |rooms: &[u64]| rooms.get(spot.node).copied();
        (
            self.states(atoms.unwrap_or_default(), left),
            spot.zone,
            of(&left.cpu),
            of(&left.memory),
        )
    }

    /// What is left of a spot's own devices.
    pub(super) fn spot_state(&self, spot: &Spot, left: &Left) -> Vec<AtomState> {
        self.states(&spot.atoms, left)
    }

    fn states(&self, atoms: &[usize], left: &Left) -> Vec<AtomState> {
        let states = atoms.iter().filter_map(|atom| {
            let known = self.atoms.get(*atom)?;
            Some((known.column.clone(), known.alike, *left.free.get(*atom)?))
        });
        let mut states: Vec<AtomState> = states.collect();
        states.sort_unstable();
        states
    }

    /// The atoms of each node.
    pub(super) fn atoms_by_node(&self) -> Vec<Vec<usize>> {
        let nodes = self
            .atoms
            .iter()
            .map(|atom| atom.node + 1)
            .max()
            .unwrap_or(0);
        let mut by_node = vec![Vec::new(); nodes];
        for (number, atom) in self.atoms.iter().enumerate() {
            if let Some(atoms) = by_node.get_mut(atom.node) {
                atoms.push(number);
            }
        }
        by_node
    }
}

/// Who accepts devices, what they are, and how many are free.
pub(super) type AtomState = (Vec<usize>, Alike, u32);

/// Devices, zone, CPU and memory of a node.
pub(super) type NodeState = (Vec<AtomState>, usize, Option<u64>, Option<u64>);

impl Left {
    /// How many gangs CPU and memory of a node are enough for.
    pub(super) fn beside(&self, beside: Beside, node: usize) -> u64 {
        let enough = |left: &[u64], each: Option<u32>| match each {
            None | Some(0) => u64::MAX,
            Some(each) => left.get(node).copied().unwrap_or(0) / u64::from(each),
        };
        enough(&self.cpu, beside.cpu_milli).min(enough(&self.memory, beside.memory_mib))
    }

    /// Devices, CPU and memory left in a spot.
    pub(super) fn of_spot(&self, spot: &Spot) -> (u64, Option<u64>, Option<u64>) {
        let free = spot.atoms.iter().filter_map(|atom| self.free.get(*atom));
        (
            free.map(|free| u64::from(*free)).sum(),
            self.cpu.get(spot.node).copied(),
            self.memory.get(spot.node).copied(),
        )
    }

    /// Takes CPU and memory for gangs, or gives them back.
    pub(super) fn take_beside(&mut self, beside: Beside, node: usize, gangs: u64) {
        for (left, each) in [
            (&mut self.cpu, beside.cpu_milli),
            (&mut self.memory, beside.memory_mib),
        ] {
            if let Some(left) = left.get_mut(node) {
                *left = left.saturating_sub(gangs.saturating_mul(u64::from(each.unwrap_or(0))));
            }
        }
    }

    /// How many gangs of a want a zone still takes.
    pub(super) fn zone_takes(&self, position: usize, want: &Want, zone: usize) -> u64 {
        let Some(quota) = &want.quota else {
            return u64::MAX;
        };
        let here = self.in_zone.get(position).and_then(|zones| zones.get(zone));
        quota
            .most
            .saturating_sub(here.copied().unwrap_or(0) + quota.kept_anywhere)
    }

    /// How many more zones a want has to use.
    pub(super) fn zones_to_use(&self, position: usize, want: &Want) -> usize {
        let Some(quota) = &want.quota else {
            return 0;
        };
        let zones = self
            .in_zone
            .get(position)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let used = zones.iter().filter(|gangs| **gangs > 0).count();
        quota.zones.saturating_sub(used + quota.zones_anywhere)
    }

    pub(super) fn is_used(&self, position: usize, zone: usize) -> bool {
        let zones = self.in_zone.get(position);
        zones
            .and_then(|zones| zones.get(zone))
            .is_some_and(|gangs| *gangs > 0)
    }
}
