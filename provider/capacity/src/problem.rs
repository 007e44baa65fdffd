//! Pools that compete for the same devices, in numbers alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::Demand;
use crate::fleet::{Fleet, Match};

/// Pools that compete for the same devices; what the four ways to decide work on.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) gangs: Vec<Gangs>,
    pub(crate) classes: Vec<Class>,
}

/// The gangs of one pool.
#[derive(Clone, Debug)]
pub(crate) struct Gangs {
    /// The position among the demands of the question.
    pub(crate) demand: usize,
    pub(crate) count: u64,
    pub(crate) size: u32,
    /// The classes that can hold them, rising.
    pub(crate) accepts: Vec<usize>,
}

/// The bins of one kind of device, by how much is free in them.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) bins: BTreeMap<u32, Vec<u32>>,
}

/// So many gangs of one pool in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) demand: usize,
    pub(crate) bin: u32,
    pub(crate) gangs: u32,
}

impl Class {
    /// How many gangs of a size the bins hold.
    pub(crate) fn slots(&self, size: u32) -> u64 {
        self.bins
            .range(size..)
            .map(|(free, bins)| u64::from(free / size) * bins.len() as u64)
            .sum()
    }
}

/// Splits a question into groups of pools that share no device with each other's.
///
/// `least` is what counts as accepted: [`Match::Yes`] alone, or [`Match::Perhaps`] as well.
pub(crate) fn split(fleet: &Fleet, demands: &[&Demand], least: Match) -> Vec<Problem> {
    let accepted: Vec<Vec<usize>> = demands
        .iter()
        .map(|demand| {
            let kinds = fleet.kinds.iter().enumerate();
            let accepts = |answer: Match| match least {
                Match::Perhaps => answer != Match::No,
                Match::Yes | Match::No => answer == Match::Yes,
            };
            kinds
                .filter(|(_, kind)| accepts(fleet.match_of(demand, kind)))
                .map(|(index, _)| index)
                .collect()
        })
        .collect();
    let groups = groups(&accepted, fleet.kinds.len());
    let mut bins = bins_by_kind(fleet);
    groups
        .into_iter()
        .map(|(members, kinds)| Problem {
            gangs: members
                .into_iter()
                .filter_map(|index| {
                    let (count, size) = demands.get(index)?.gangs();
                    let own = accepted.get(index)?;
                    let accepts = own
                        .iter()
                        .filter_map(|kind| kinds.binary_search(kind).ok())
                        .collect();
                    Some(Gangs {
                        demand: index,
                        count,
                        size,
                        accepts,
                    })
                })
                .collect(),
            classes: kinds
                .iter()
                .map(|kind| Class {
                    bins: bins.get_mut(*kind).map(std::mem::take).unwrap_or_default(),
                })
                .collect(),
        })
        .collect()
}

/// Groups demands that reach each other through kinds that both accept: (demands, kinds), each
/// rising.
fn groups(accepted: &[Vec<usize>], kinds: usize) -> Vec<(Vec<usize>, Vec<usize>)> {
    // Union-find over kinds; a root is its own parent and the smallest of its group.
    let mut parents: Vec<usize> = (0..kinds).collect();
    for own in accepted {
        for pair in own.windows(2) {
            let &[one, two] = pair else { continue };
            let (one, two) = (root(&parents, one), root(&parents, two));
            if let Some(parent) = parents.get_mut(one.max(two)) {
                *parent = one.min(two);
            }
        }
    }
    let mut groups: BTreeMap<(usize, usize), (Vec<usize>, BTreeSet<usize>)> = BTreeMap::new();
    for (demand, own) in accepted.iter().enumerate() {
        // A demand that accepts nothing is a group of its own.
        let key = own
            .first()
            .map_or((kinds, demand), |kind| (root(&parents, *kind), 0));
        let (members, taken) = groups.entry(key).or_default();
        members.push(demand);
        taken.extend(own);
    }
    groups
        .into_values()
        .map(|(members, taken)| (members, taken.into_iter().collect()))
        .collect()
}

fn root(parents: &[usize], mut kind: usize) -> usize {
    while let Some(parent) = parents.get(kind).filter(|parent| **parent != kind) {
        kind = *parent;
    }
    kind
}

fn bins_by_kind(fleet: &Fleet) -> Vec<BTreeMap<u32, Vec<u32>>> {
    let mut by_kind = vec![BTreeMap::<u32, Vec<u32>>::new(); fleet.kinds.len()];
    let numbered: Vec<_> = (0_u32..).zip(&fleet.bins).collect();
    // Last first: taking from the end of a level then takes the first node.
    for (number, bin) in numbered.into_iter().rev() {
        if let Some(levels) = by_kind.get_mut(bin.kind as usize) {
            levels.entry(bin.free).or_default().push(number);
        }
    }
    by_kind
}
