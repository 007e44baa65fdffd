//! Gangs of one size over different sets of devices: a maximum flow decides.

use std::collections::VecDeque;

use crate::best_fit::{give_back, take};
use crate::problem::{Assignment, Problem};
use crate::shortage::{self, Shortage};

/// The gangs' one size, if they have one.
pub(crate) fn single_size(problem: &Problem) -> Option<u32> {
    let mut sizes = problem
        .gangs
        .iter()
        .filter(|gangs| gangs.count > 0)
        .map(|gangs| gangs.size);
    let first = sizes.next()?;
    sizes.all(|size| size == first).then_some(first)
}

/// Places every gang of the one size, or shows the pools that ask for too many.
pub(crate) fn place(problem: &Problem, size: u32) -> Result<Vec<Assignment>, Option<Shortage>> {
    let mut flow = Flow {
        problem,
        slots: problem
            .classes
            .iter()
            .map(|class| class.slots(size))
            .collect(),
        sent: vec![vec![0; problem.classes.len()]; problem.gangs.len()],
    };
    for pool in 0..problem.gangs.len() {
        let mut left = problem.gangs.get(pool).map_or(0, |gangs| gangs.count);
        while left > 0 {
            match flow.augment(pool, left) {
                Ok(sent) => left -= sent,
                Err(reached) => {
                    let members: Vec<_> = reached
                        .iter()
                        .filter_map(|pool| problem.gangs.get(*pool))
                        .collect();
                    return Err(shortage::of(problem, &members));
                }
            }
        }
    }
    Ok(flow.assignments(size))
}

struct Flow<'a> {
    problem: &'a Problem,
    /// Gangs that each class still holds.
    slots: Vec<u64>,
    /// Gangs of each pool in each class.
    sent: Vec<Vec<u64>>,
}

impl Flow<'_> {
    fn sent(&mut self, pool: usize, class: usize) -> Option<&mut u64> {
        self.sent.get_mut(pool)?.get_mut(class)
    }

    /// Sends up to `left` gangs of a pool along the shortest way, or tells which pools stand in it.
    fn augment(&mut self, pool: usize, left: u64) -> Result<u64, Vec<usize>> {
        // For each class, the pool that reached it; for each pool, the class that it gives way in.
        let mut via_pool: Vec<Option<usize>> = vec![None; self.slots.len()];
        let mut via_class: Vec<Option<usize>> = vec![None; self.sent.len()];
        let mut reached = vec![pool];
        let mut queue = VecDeque::from([pool]);
        while let Some(from) = queue.pop_front() {
            let accepts = self
                .problem
                .gangs
                .get(from)
                .map(|gangs| gangs.accepts.as_slice());
            for class in accepts.unwrap_or_default().iter().copied() {
                match via_pool.get_mut(class) {
                    Some(entry @ None) => *entry = Some(from),
                    _ => continue,
                }
                if self.slots.get(class).is_some_and(|slots| *slots > 0) {
                    return Ok(self.send(class, pool, left, &via_pool, &via_class));
                }
                for other in 0..self.sent.len() {
                    let moves = self.sent(other, class).is_some_and(|sent| *sent > 0);
                    if moves && other != pool && via_class.get(other) == Some(&None) {
                        if let Some(entry) = via_class.get_mut(other) {
                            *entry = Some(class);
                        }
                        reached.push(other);
                        queue.push_back(other);
                    }
                }
            }
        }
        reached.sort_unstable();
        Err(reached)
    }

    /// Moves as many gangs as the way to `last` carries.
    fn send(
        &mut self,
        last: usize,
        start: usize,
        left: u64,
        via_pool: &[Option<usize>],
        via_class: &[Option<usize>],
    ) -> u64 {
        let mut way = Vec::new();
        let mut class = last;
        while let Some(Some(pool)) = via_pool.get(class) {
            let gives_way_in = via_class
                .get(*pool)
                .copied()
                .flatten()
                .filter(|_| *pool != start);
            way.push((*pool, class, gives_way_in));
            match gives_way_in {
                Some(next) => class = next,
                None => break,
            }
        }
        let free = self.slots.get(last).copied().unwrap_or(0);
        let amount = way
            .iter()
            .fold(left.min(free), |amount, (pool, _, gives_way_in)| {
                let movable = gives_way_in.and_then(|class| self.sent(*pool, class).copied());
                movable.map_or(amount, |movable| amount.min(movable))
            });
        for (pool, class, gives_way_in) in way {
            if let Some(sent) = self.sent(pool, class) {
                *sent += amount;
            }
            if let Some(sent) = gives_way_in.and_then(|class| self.sent(pool, class)) {
                *sent -= amount;
            }
        }
        if let Some(slots) = self.slots.get_mut(last) {
            *slots -= amount;
        }
        amount
    }

    fn assignments(&self, size: u32) -> Vec<Assignment> {
        let mut classes = self.problem.classes.clone();
        let mut placed = Vec::new();
        for (gangs, row) in self.problem.gangs.iter().zip(&self.sent) {
            for (class, sent) in classes.iter_mut().zip(row) {
                let mut left = *sent;
                while left > 0 {
                    let Some(free) = class.bins.range(size..).next().map(|(free, _)| *free) else {
                        break;
                    };
                    let Some(bin) = take(class, free) else { break };
                    let here = free / size;
                    let here = u32::try_from(left).map_or(here, |left| here.min(left));
                    give_back(class, free - here * size, bin);
                    placed.push(Assignment {
                        demand: gangs.demand,
                        bin,
                        gangs: here,
                    });
                    left -= u64::from(here);
                }
            }
        }
        placed
    }
}
