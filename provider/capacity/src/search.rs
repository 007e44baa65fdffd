//! Every arrangement, up to a bound.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::best_fit::{give_back, take};
use crate::problem::{Assignment, Class, Gangs, Problem};
use crate::shortage;

/// How many gangs the search puts somewhere before it gives up.
pub const SEARCH_STEPS_MAX: u32 = 20_000;

/// More gangs than this are not searched at all: each is one level of recursion.
pub const SEARCH_GANGS_MAX: u64 = 1_000;

/// What the search found out.
#[derive(Debug)]
pub(crate) enum Found<T> {
    Placed(T),
    Impossible,
    GaveUp,
}

/// Tries to place the gangs in every way that differs, the largest gangs first.
pub(crate) fn place(problem: &Problem) -> Found<Vec<Assignment>> {
    if problem.gangs.iter().map(|gangs| gangs.count).sum::<u64>() > SEARCH_GANGS_MAX {
        return Found::GaveUp;
    }
    let mut left = problem.clone();
    left.gangs.retain(|gangs| gangs.count > 0);
    left.gangs
        .sort_by_key(|gangs| (Reverse(gangs.size), gangs.accepts.len(), gangs.demand));
    let sizes: BTreeSet<u32> = left.gangs.iter().map(|gangs| gangs.size).collect();
    let pairs = sizes.iter().zip(sizes.iter().skip(1));
    let mut search = Search {
        left,
        any_bin: pairs.into_iter().all(|(small, large)| large % small == 0),
        placed: Vec::new(),
        failed: BTreeSet::new(),
        steps: 0,
    };
    match search.step() {
        Some(true) => Found::Placed(search.placed),
        Some(false) => Found::Impossible,
        None => Found::GaveUp,
    }
}

struct Search {
    /// What is left to place, the largest first, and what is left to place it in.
    left: Problem,
    /// Sizes divide each other, largest first: then every bin of a class that holds a gang is as
    /// good.
    any_bin: bool,
    placed: Vec<Assignment>,
    /// What was left where the rest was found not to fit.
    failed: BTreeSet<Vec<u64>>,
    steps: u32,
}

impl Search {
    /// Places one more gang and then the rest; `None` when the bound is hit.
    fn step(&mut self) -> Option<bool> {
        let Some(pool) = self.left.gangs.iter().position(|gangs| gangs.count > 0) else {
            return Some(true);
        };
        let state = self.state();
        if self.failed.contains(&state) {
            return Some(false);
        }
        if shortage::find(&self.left).is_none() {
            let gangs = self.left.gangs.get(pool)?;
            let (demand, size) = (gangs.demand, gangs.size);
            for (free, class) in self.choices(gangs) {
                self.steps += 1;
                if self.steps > SEARCH_STEPS_MAX {
                    return None;
                }
                let bin = take(self.left.classes.get_mut(class)?, free)?;
                give_back(self.left.classes.get_mut(class)?, free - size, bin);
                self.left.gangs.get_mut(pool)?.count -= 1;
                self.placed.push(Assignment {
                    demand,
                    bin,
                    gangs: 1,
                });
                if self.step()? {
                    return Some(true);
                }
                self.placed.pop();
                self.left.gangs.get_mut(pool)?.count += 1;
                undo(self.left.classes.get_mut(class)?, free - size, free, bin);
            }
        }
        self.failed.insert(state);
        Some(false)
    }

    /// Where a gang may go: how much is free in the bin, and its class. Bins of one class with as
    /// much free are alike: one of each is tried, the fullest first.
    fn choices(&self, gangs: &Gangs) -> Vec<(u32, usize)> {
        let levels_max = if self.any_bin { 1 } else { usize::MAX };
        let mut choices = Vec::new();
        for class in &gangs.accepts {
            let levels = self
                .left
                .classes
                .get(*class)
                .map(|class| class.bins.range(gangs.size..));
            let levels = levels.into_iter().flatten().take(levels_max);
            choices.extend(levels.map(|(free, _)| (*free, *class)));
        }
        choices.sort_unstable();
        choices
    }

    fn state(&self) -> Vec<u64> {
        let mut state: Vec<u64> = self.left.gangs.iter().map(|gangs| gangs.count).collect();
        for class in &self.left.classes {
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

#[cfg(test)]
mod tests;
