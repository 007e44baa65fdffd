//! The inequality that fails: more gangs asked for than bins can hold.

use std::collections::BTreeSet;

use crate::problem::{Gangs, Problem};

/// Some pools ask for more gangs of a size than everything that they accept can hold.
///
/// A larger gang counts as the whole gangs of that size that are in it. No packing can do better:
/// a bin of `free` devices never holds more than `free / size` of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortage {
    /// The pools, by their position among the demands.
    pub(crate) demands: Vec<usize>,
    pub(crate) size: u32,
    pub(crate) asked: u64,
    pub(crate) free: u64,
    pub(crate) limit: Limit,
}

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Devices close enough together.
    Devices,
    /// Zones, each of which takes its share of the gangs and no more.
    Zones,
    /// CPU of nodes beside their devices.
    Cpu,
    /// Memory of nodes beside their devices.
    Memory,
}

/// Looks for a shortage of one pool, then of the pools that accept nothing beyond what one accepts.
pub(crate) fn find(problem: &Problem) -> Option<Shortage> {
    let each = problem.gangs.iter().find_map(|gangs| of(problem, &[gangs]));
    each.or_else(|| {
        let sets: BTreeSet<&Vec<usize>> =
            problem.gangs.iter().map(|gangs| &gangs.accepts).collect();
        let all: Vec<usize> = (0..problem.classes.len()).collect();
        sets.into_iter().chain([&all]).find_map(|set| {
            let within = |gangs: &&Gangs| {
                gangs
                    .accepts
                    .iter()
                    .all(|class| set.binary_search(class).is_ok())
            };
            let members: Vec<&Gangs> = problem.gangs.iter().filter(within).collect();
            of(problem, &members)
        })
    })
}

/// The shortage of these pools together, at the size where it is clearest: the largest.
pub(crate) fn of(problem: &Problem, members: &[&Gangs]) -> Option<Shortage> {
    let accepted: BTreeSet<usize> = members
        .iter()
        .flat_map(|gangs| gangs.accepts.iter().copied())
        .collect();
    let sizes: BTreeSet<u32> = members
        .iter()
        .filter(|gangs| gangs.count > 0)
        .map(|gangs| gangs.size)
        .collect();
    sizes.into_iter().rev().find_map(|size| {
        let asked = members
            .iter()
            .map(|gangs| gangs.count * u64::from(gangs.size / size))
            .sum();
        let classes = accepted
            .iter()
            .filter_map(|class| problem.classes.get(*class));
        let free = classes.map(|class| class.slots(size)).sum();
        (asked > free).then(|| Shortage {
            demands: members
                .iter()
                .filter(|gangs| gangs.size >= size && gangs.count > 0)
                .map(|gangs| gangs.demand)
                .collect(),
            size,
            asked,
            free,
            limit: Limit::Devices,
        })
    })
}
