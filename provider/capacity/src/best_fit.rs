//! Best-fit decreasing: the largest gangs first, each into the fullest bin that holds it.

use crate::problem::{Assignment, Class, Gangs, Problem};

/// Which bin a gang goes to among those that hold it.
#[derive(Clone, Copy, Debug)]
enum Prefer {
    /// The fullest, so that large bins stay whole.
    Fullest,
    /// One of the kind that the fewest pools accept, so that the others keep their choice. For sizes
    /// that divide each other, how full the bin is does not matter.
    LeastWanted,
}

/// Places every gang, or says nothing: a failure is no proof.
pub(crate) fn place(problem: &Problem) -> Option<Vec<Assignment>> {
    [Prefer::Fullest, Prefer::LeastWanted]
        .into_iter()
        .find_map(|prefer| place_by(problem, prefer))
}

fn place_by(problem: &Problem, prefer: Prefer) -> Option<Vec<Assignment>> {
    let mut classes = problem.classes.clone();
    let demand_on: Vec<usize> = (0..classes.len())
        .map(|class| {
            problem
                .gangs
                .iter()
                .filter(|gangs| gangs.accepts.contains(&class))
                .count()
        })
        .collect();
    let mut order: Vec<&Gangs> = problem.gangs.iter().collect();
    // Among equal sizes, the pool with the least choice goes first.
    order.sort_by_key(|gangs| {
        let choice: u64 = gangs
            .accepts
            .iter()
            .filter_map(|class| classes.get(*class))
            .map(|class| class.slots(1))
            .sum();
        (std::cmp::Reverse(gangs.size), choice, gangs.demand)
    });
    let mut placed = Vec::new();
    for gangs in order {
        let mut left = gangs.count;
        while left > 0 {
            let (free, class) = preferred(&classes, &demand_on, gangs, prefer)?;
            let bin = take(classes.get_mut(class)?, free)?;
            let here = u64::from(free / gangs.size).min(left);
            let here = u32::try_from(here).ok()?;
            give_back(classes.get_mut(class)?, free - here * gangs.size, bin);
            placed.push(Assignment {
                demand: gangs.demand,
                bin,
                gangs: here,
            });
            left -= u64::from(here);
        }
    }
    Some(placed)
}

/// The bin for a gang: how much is free in it, and its class.
fn preferred(
    classes: &[Class],
    demand_on: &[usize],
    gangs: &Gangs,
    prefer: Prefer,
) -> Option<(u32, usize)> {
    let levels = gangs.accepts.iter().filter_map(|class| {
        let (free, _) = classes.get(*class)?.bins.range(gangs.size..).next()?;
        Some((*free, demand_on.get(*class).copied().unwrap_or(0), *class))
    });
    let best = match prefer {
        Prefer::Fullest => levels.min(),
        Prefer::LeastWanted => levels.min_by_key(|(free, wanted, class)| (*wanted, *free, *class)),
    };
    best.map(|(free, _, class)| (free, class))
}

/// Takes one bin with exactly this much free out of its class.
pub(crate) fn take(class: &mut Class, free: u32) -> Option<u32> {
    let bins = class.bins.get_mut(&free)?;
    let bin = bins.pop()?;
    if bins.is_empty() {
        class.bins.remove(&free);
    }
    Some(bin)
}

/// Puts a bin back with what is left of it.
pub(crate) fn give_back(class: &mut Class, free: u32, bin: u32) {
    if free > 0 {
        class.bins.entry(free).or_default().push(bin);
    }
}
