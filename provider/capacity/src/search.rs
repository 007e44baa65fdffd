//! Every arrangement, up to a bound.

use std::collections::BTreeSet;

use crate::best_fit::{give_back, take};
use crate::problem::{Assignment, Class, Gangs, Problem};

/// How many gangs the search puts somewhere before it gives up.
pub const SEARCH_STEPS_MAX: u32 = 20_000;

/// More gangs than this are not searched at all: each is one level of recursion.
const GANGS_MAX: u64 = 1_000;

/// What the search found out.
#[derive(Debug)]
pub(crate) enum Found {
    Placed(Vec<Assignment>),
    Impossible,
    GaveUp,
}

/// Tries to place the gangs in every way that differs, the largest gangs first.
pub(crate) fn place(problem: &Problem) -> Found {
    if problem.gangs.iter().map(|gangs| gangs.count).sum::<u64>() > GANGS_MAX {
        return Found::GaveUp;
    }
    let mut order: Vec<&Gangs> = problem
        .gangs
        .iter()
        .filter(|gangs| gangs.count > 0)
        .collect();
    order.sort_by_key(|gangs| (std::cmp::Reverse(gangs.size), gangs.demand));
    let mut search = Search {
        order,
        classes: problem.classes.clone(),
        placed: Vec::new(),
        failed: BTreeSet::new(),
        steps: 0,
    };
    match search.step(0, 0) {
        Some(true) => Found::Placed(search.placed),
        Some(false) => Found::Impossible,
        None => Found::GaveUp,
    }
}

struct Search<'a> {
    order: Vec<&'a Gangs>,
    classes: Vec<Class>,
    placed: Vec<Assignment>,
    /// What was free, per class and amount, where the rest was found not to fit.
    failed: BTreeSet<Vec<u64>>,
    steps: u32,
}

impl Search<'_> {
    /// Places the gangs from the `done`-th of the `pool`-th pool on; `None` when the bound is hit.
    fn step(&mut self, pool: usize, done: u64) -> Option<bool> {
        let Some(gangs) = self.order.get(pool).copied() else {
            return Some(true);
        };
        if done == gangs.count {
            return self.step(pool + 1, 0);
        }
        let state = self.state(pool, done);
        if self.failed.contains(&state) {
            return Some(false);
        }
        // Bins of one class with as much free are alike: one of each is tried, the fullest first.
        let mut choices: Vec<(u32, usize)> = Vec::new();
        for class in &gangs.accepts {
            let levels = self
                .classes
                .get(*class)
                .map(|found| found.bins.range(gangs.size..));
            choices.extend(
                levels
                    .into_iter()
                    .flatten()
                    .map(|(free, _)| (*free, *class)),
            );
        }
        choices.sort_unstable();
        for (free, class) in choices {
            self.steps += 1;
            if self.steps > SEARCH_STEPS_MAX {
                return None;
            }
            let Some(bin) = self
                .classes
                .get_mut(class)
                .and_then(|class| take(class, free))
            else {
                continue;
            };
            let rest = free - gangs.size;
            if let Some(class) = self.classes.get_mut(class) {
                give_back(class, rest, bin);
            }
            self.placed.push(Assignment {
                demand: gangs.demand,
                bin,
                gangs: 1,
            });
            if self.step(pool, done + 1)? {
                return Some(true);
            }
            self.placed.pop();
            if let Some(class) = self.classes.get_mut(class) {
                undo(class, rest, free, bin);
            }
        }
        self.failed.insert(state);
        Some(false)
    }

    fn state(&self, pool: usize, done: u64) -> Vec<u64> {
        let mut state = vec![pool as u64, done];
        for class in &self.classes {
            for (free, bins) in &class.bins {
                state.extend([u64::from(*free), bins.len() as u64]);
            }
            state.push(u64::MAX);
        }
        state
    }
}

/// Takes back one placement: the bin has `free` devices again instead of `rest`.
fn undo(class: &mut Class, rest: u32, free: u32, bin: u32) {
    if let Some(bins) = class.bins.get_mut(&rest) {
        bins.retain(|other| *other != bin);
        if bins.is_empty() {
            class.bins.remove(&rest);
        }
    }
    give_back(class, free, bin);
}
