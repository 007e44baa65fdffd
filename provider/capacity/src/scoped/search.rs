//! Every arrangement, up to a bound.

use std::collections::BTreeSet;

use super::room::{Left, Rooms, Spot};
use super::{Laid, alone, greedy};
use crate::search::{Found, SEARCH_GANGS_MAX, SEARCH_STEPS_MAX};

/// How many places, and numbers of a state, the search looks at before it gives up.
const WORK_MAX: usize = 4_000_000;

/// More ways than this to take one gang's devices out of one place are not all tried.
const WAYS_MAX: usize = 256;

/// Tries to place the gangs in every way that differs, the largest gangs first.
pub(super) fn place(rooms: &Rooms<'_>) -> Found<Vec<Laid>> {
    let order = greedy::order(rooms);
    let counts: Vec<u64> = order
        .iter()
        .filter_map(|position| Some(rooms.wants.get(*position)?.count))
        .collect();
    if counts.iter().sum::<u64>() > SEARCH_GANGS_MAX {
        return Found::GaveUp;
    }
    let mut search = Search {
        rooms,
        of_node: rooms.atoms_by_node(),
        order,
        counts,
        left: rooms.start.clone(),
        laid: Vec::new(),
        failed: BTreeSet::new(),
        steps: 0,
        work: 0,
        cut: false,
    };
    match search.step(0) {
        Some(true) => Found::Placed(search.laid),
        Some(false) if !search.cut => Found::Impossible,
        Some(false) | None => Found::GaveUp,
    }
}

struct Search<'a> {
    rooms: &'a Rooms<'a>,
    of_node: Vec<Vec<usize>>,
    /// The wants whose gangs are placed, by position.
    order: Vec<usize>,
    /// How many gangs of each are left, in that order.
    counts: Vec<u64>,
    left: Left,
    laid: Vec<Laid>,
    /// What was left where the rest was found not to fit.
    failed: BTreeSet<(Vec<u64>, usize, Left)>,
    steps: u32,
    work: usize,
    /// Whether ways were left out.
    cut: bool,
}

impl Search<'_> {
    /// Places one more gang and then the rest; `None` when the bound is hit. Gangs of one want are alike: none is placed
    /// before the spot of the one before it, `first`.
    fn step(&mut self, first: usize) -> Option<bool> {
        let Some(turn) = self.counts.iter().position(|count| *count > 0) else {
            return Some(self.finish());
        };
        let state = (self.counts.clone(), first, self.left.clone());
        self.work += self.left.free.len();
        if self.failed.contains(&state) {
            return Some(false);
        }
        if self.might_fit() && self.try_spots(turn, first)? {
            return Some(true);
        }
        self.failed.insert(state);
        Some(false)
    }

    /// The devices that each count for themselves, once all gangs are placed.
    fn finish(&mut self) -> bool {
        let spread = self.order.iter().all(|position| {
            let want = self.rooms.wants.get(*position);
            want.is_none_or(|want| self.left.zones_to_use(*position, want) == 0)
        });
        match alone::loose(self.rooms, &self.left, true) {
            Ok(laid) if spread => {
                self.laid.extend(laid);
                true
            }
            _ => false,
        }
    }

    /// Whether every want has room for what is left of it, were it alone.
    fn might_fit(&mut self) -> bool {
        let mut wants = self.order.iter().zip(&self.counts);
        wants.all(|(position, count)| {
            let Some(want) = self.rooms.wants.get(*position) else {
                return true;
            };
            self.work += self.rooms.spots.get(*position).map_or(0, Vec::len);
            let (room, zones) = alone::most(self.rooms, *position, want, &self.left);
            let reach = zones.min(usize::try_from(*count).unwrap_or(usize::MAX));
            room >= *count && reach >= self.left.zones_to_use(*position, want)
        })
    }

    fn try_spots(&mut self, turn: usize, first: usize) -> Option<bool> {
        let rooms = self.rooms;
        let position = *self.order.get(turn)?;
        let (want, spots) = rooms.wants.get(position).zip(rooms.spots.get(position))?;
        let mut seen = BTreeSet::new();
        for (number, spot) in spots.iter().enumerate().skip(first) {
            let takes = self.left.zone_takes(position, want, spot.zone);
            if takes == 0 || rooms.gangs(want, spot, &self.left) == 0 {
                continue;
            }
            // Nodes with the same left are alike: one of each is tried.
            if rooms.by_node {
                let alike = (
                    rooms.spot_state(spot, &self.left),
                    rooms.node_state(spot, &self.left, &self.of_node),
                );
                if !seen.insert(alike) {
                    continue;
                }
            }
            for way in self.ways(spot, want.size) {
                self.steps += 1;
                if self.steps > SEARCH_STEPS_MAX || self.work > WORK_MAX {
                    return None;
                }
                if self.lay(turn, position, number, spot, way)? {
                    return Some(true);
                }
            }
        }
        Some(false)
    }

    /// Lays one gang and goes on; takes it back where that leads nowhere.
    fn lay(
        &mut self,
        turn: usize,
        position: usize,
        number: usize,
        spot: &Spot,
        way: Vec<(usize, u32)>,
    ) -> Option<bool> {
        let before = self.left.clone();
        for (atom, devices) in &way {
            *self.left.free.get_mut(*atom)? -= devices;
        }
        let want = self.rooms.wants.get(position)?;
        self.left.take_beside(want.beside, spot.node, 1);
        *self.left.in_zone.get_mut(position)?.get_mut(spot.zone)? += 1;
        *self.counts.get_mut(turn)? -= 1;
        let last = self.counts.get(turn) == Some(&0);
        self.laid.push(Laid {
            want: position,
            parts: way,
        });
        if self.step(if last { 0 } else { number })? {
            return Some(true);
        }
        self.laid.pop();
        *self.counts.get_mut(turn)? += 1;
        self.left = before;
        Some(false)
    }

    /// The ways to take one gang's devices out of the atoms of a spot, the least wanted first.
    fn ways(&mut self, spot: &Spot, size: u32) -> Vec<Vec<(usize, u32)>> {
        let free: Vec<(usize, u32)> = spot
            .atoms
            .iter()
            .filter_map(|atom| Some((*atom, *self.left.free.get(*atom)?)))
            .filter(|(_, free)| *free > 0)
            .collect();
        let mut ways = Vec::new();
        split(&free, size, &mut Vec::new(), &mut ways);
        self.work += ways.len();
        if ways.len() > WAYS_MAX {
            ways.truncate(WAYS_MAX);
            self.cut = true;
        }
        ways
    }
}

/// Every way to take `size` devices, up to one more than are tried.
fn split(
    free: &[(usize, u32)],
    size: u32,
    taken: &mut Vec<(usize, u32)>,
    ways: &mut Vec<Vec<(usize, u32)>>,
) {
    if size == 0 {
        ways.push(taken.clone());
        return;
    }
    let Some(((atom, most), others)) = free.split_first() else {
        return;
    };
    for devices in (0..=size.min(*most)).rev() {
        if ways.len() > WAYS_MAX {
            return;
        }
        if devices > 0 {
            taken.push((*atom, devices));
        }
        split(others, size - devices, taken, ways);
        if devices > 0 {
            taken.pop();
        }
    }
}

#[cfg(test)]
mod tests;
