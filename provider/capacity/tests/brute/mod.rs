//! Trying everything, written for nothing but being obviously right.

pub(crate) mod story;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_capacity::Together;

/// Devices of one node that are told apart by nothing.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) node: usize,
    pub(crate) alike: usize,
    pub(crate) zone: Option<u8>,
    pub(crate) fabric: Option<u8>,
    pub(crate) free: u32,
}

/// Devices that must be placed together for one pool.
#[derive(Clone, Debug)]
pub(crate) struct Gang {
    pub(crate) pool: usize,
    pub(crate) size: u32,
    pub(crate) together: Together,
    /// By cell.
    pub(crate) accepted: Vec<bool>,
    pub(crate) cpu: u32,
    /// The most gangs in a zone, the least zones, and the zones of gangs that are there.
    pub(crate) quota: Option<(usize, usize, Vec<u8>)>,
}

pub(crate) struct World {
    pub(crate) cells: Vec<Cell>,
    pub(crate) cpu: Vec<u32>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    free: Vec<u32>,
    cpu: Vec<u32>,
    zones: BTreeMap<usize, BTreeMap<u8, usize>>,
}

impl World {
    /// Whether all gangs can be placed at once.
    pub(crate) fn fits(&self, gangs: &[Gang]) -> bool {
        let mut zones: BTreeMap<usize, BTreeMap<u8, usize>> = BTreeMap::new();
        for gang in gangs {
            if let Some((_, _, kept)) = &gang.quota {
                let of_pool = zones.entry(gang.pool).or_default();
                of_pool.clear();
                for zone in kept {
                    *of_pool.entry(*zone).or_default() += 1;
                }
            }
        }
        let state = State {
            free: self.cells.iter().map(|cell| cell.free).collect(),
            cpu: self.cpu.clone(),
            zones,
        };
        self.place(gangs, gangs, &state, &mut BTreeSet::new())
    }

    fn place(
        &self,
        all: &[Gang],
        gangs: &[Gang],
        state: &State,
        failed: &mut BTreeSet<(usize, State)>,
    ) -> bool {
        let Some((gang, others)) = gangs.split_first() else {
            return all.iter().all(|gang| {
                let least = gang.quota.as_ref().map_or(0, |(_, zones, _)| *zones);
                state.zones.get(&gang.pool).map_or(0, BTreeMap::len) >= least
            });
        };
        if !failed.insert((gangs.len(), state.clone())) {
            return false;
        }
        let mut ways = Vec::new();
        self.ways(
            gang,
            state,
            0,
            gang.size,
            &mut vec![0; self.cells.len()],
            &mut ways,
        );
        ways.into_iter().any(|way| {
            self.after(gang, state, &way)
                .is_some_and(|next| self.place(all, others, &next, failed))
        })
    }

    /// Every choice of devices that are accepted and free.
    fn ways(
        &self,
        gang: &Gang,
        state: &State,
        cell: usize,
        left: u32,
        taken: &mut Vec<u32>,
        ways: &mut Vec<Vec<u32>>,
    ) {
        if left == 0 {
            ways.push(taken.clone());
        } else if cell < self.cells.len() {
            let most = if gang.accepted[cell] {
                state.free[cell].min(left)
            } else {
                0
            };
            for devices in 0..=most {
                taken[cell] = devices;
                self.ways(gang, state, cell + 1, left - devices, taken, ways);
            }
            taken[cell] = 0;
        }
    }

    /// What is left after a gang took these devices; nothing where it may not.
    fn after(&self, gang: &Gang, state: &State, way: &[u32]) -> Option<State> {
        let mut next = state.clone();
        let used: Vec<&Cell> = way
            .iter()
            .zip(&self.cells)
            .filter(|(devices, _)| **devices > 0)
            .map(|(_, cell)| cell)
            .collect();
        let first = used[0];
        let fine = used.iter().all(|cell| match gang.together {
            Together::Node => cell.node == first.node && cell.alike == first.alike,
            Together::Fabric => {
                cell.fabric.is_some() && cell.fabric == first.fabric && cell.alike == first.alike
            }
            Together::Anywhere => true,
        });
        if !fine {
            return None;
        }
        for (free, devices) in next.free.iter_mut().zip(way) {
            *free -= devices;
        }
        next.cpu[first.node] = next.cpu[first.node].checked_sub(gang.cpu)?;
        if let Some((most, _, _)) = &gang.quota {
            if used.iter().any(|cell| cell.zone != first.zone) {
                return None;
            }
            let here = next
                .zones
                .entry(gang.pool)
                .or_default()
                .entry(first.zone?)
                .or_default();
            *here += 1;
            if *here > *most {
                return None;
            }
        }
        Some(next)
    }
}
