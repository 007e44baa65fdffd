//! Pools that compete for the same devices, in numbers alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::demand::{Beside, Together};
use crate::fleet::{Bin, Fleet, Kind, Levels, remove};
use crate::want::Want;

/// Pools that compete for the same devices, in bins that each hold whole gangs; what the four ways to decide work on.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) gangs: Vec<Gangs>,
    pub(crate) classes: Vec<Class>,
    /// The bins of the fleet that make up a bin here, where it is not the one of its number alone.
    members: BTreeMap<u32, Vec<u32>>,
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
#[derive(Clone, Debug, Default)]
pub(crate) struct Class {
    pub(crate) bins: Levels,
}

/// So many gangs of one pool in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) demand: usize,
    pub(crate) bin: u32,
    pub(crate) gangs: u32,
}

/// Devices of one bin of the fleet for one pool. The shares of a replica follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) demand: usize,
    pub(crate) bin: u32,
    pub(crate) devices: u32,
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

/// Pools that share devices, or what nodes have beside them, with each other and with no other.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) wants: Vec<Want>,
    /// The kinds that any of them takes, rising.
    pub(crate) kinds: Vec<usize>,
}

impl Group {
    /// Splits a question into groups.
    pub(crate) fn split(fleet: &Fleet, wants: Vec<Want>) -> Vec<Self> {
        // Union-find over kinds; a root is its own parent and the smallest of its group.
        let mut parents: Vec<usize> = (0..fleet.kinds.len()).collect();
        let mut unite = |one: usize, two: usize| {
            let (one, two) = (root(&parents, one), root(&parents, two));
            if let Some(parent) = parents.get_mut(one.max(two)) {
                *parent = one.min(two);
            }
        };
        let mut beside = None;
        for want in &wants {
            for pair in want.kinds.windows(2) {
                if let [one, two] = pair {
                    unite(*one, *two);
                }
            }
            if want.beside != Beside::default()
                && let Some(first) = want.kinds.first()
            {
                unite(*beside.get_or_insert(*first), *first);
            }
        }
        let mut groups: BTreeMap<(usize, usize), (Vec<Want>, BTreeSet<usize>)> = BTreeMap::new();
        for (number, want) in wants.into_iter().enumerate() {
            // A pool that accepts nothing is a group of its own.
            let first = want.kinds.first();
            let key = first.map_or((parents.len(), number), |kind| (root(&parents, *kind), 0));
            let (members, kinds) = groups.entry(key).or_default();
            kinds.extend(&want.kinds);
            members.push(want);
        }
        let groups = groups.into_values().map(|(wants, kinds)| Self {
            wants,
            kinds: kinds.into_iter().collect(),
        });
        groups.collect()
    }

    /// The group in bins that each hold whole gangs; `None` where bins overlap, or where gangs need more than devices.
    pub(crate) fn problem(&self, fleet: &Fleet) -> Option<Problem> {
        let more = |want: &Want| want.quota.is_some() || want.beside != Beside::default();
        if self.wants.iter().any(more) {
            return None;
        }
        let fabric = |want: &Want| want.together == Together::Fabric;
        let node = |want: &Want| want.together == Together::Node && want.size > 1;
        match (self.wants.iter().any(fabric), self.wants.iter().any(node)) {
            (true, true) => None,
            (true, false) => self.by_fabric(fleet),
            (false, _) => self.by_node(fleet),
        }
    }

    fn by_node(&self, fleet: &Fleet) -> Option<Problem> {
        let class_of = |bin: &Bin| self.kinds.binary_search(&(bin.kind as usize)).ok();
        let levels = self.kinds.iter().filter_map(|kind| fleet.levels.get(*kind));
        let mut classes: Vec<Class> = levels.cloned().map(|bins| Class { bins }).collect();
        let mut members = BTreeMap::new();
        for mixed in &fleet.mixed {
            let mut alike: BTreeMap<Vec<usize>, Vec<(u32, Bin)>> = BTreeMap::new();
            for number in mixed {
                let bin = fleet.bins.get(*number as usize);
                if let Some(bin) = bin.filter(|bin| bin.free > 0 && class_of(bin).is_some()) {
                    let column = self.column(bin);
                    alike.entry(column).or_default().push((*number, *bin));
                }
            }
            if self.overlaps(alike.keys()) {
                return None;
            }
            for bins in alike.into_values().filter(|bins| bins.len() > 1) {
                let Some((number, first)) = bins.first() else {
                    continue;
                };
                for (number, bin) in &bins {
                    if let Some(class) = class_of(bin).and_then(|class| classes.get_mut(class)) {
                        remove(&mut class.bins, bin.free, *number);
                    }
                }
                let free = bins.iter().map(|(_, bin)| bin.free).sum();
                let class = class_of(first).and_then(|class| classes.get_mut(class))?;
                let level = class.bins.entry(free).or_default();
                level.insert(level.partition_point(|other| other > number), *number);
                members.insert(*number, bins.iter().map(|(number, _)| *number).collect());
            }
        }
        let accepts = |want: &Want| {
            let classes = want.kinds.iter();
            classes
                .filter_map(|kind| self.kinds.binary_search(kind).ok())
                .collect()
        };
        Some(self.with(classes, members, accepts))
    }

    fn by_fabric(&self, fleet: &Fleet) -> Option<Problem> {
        let mut fabrics: BTreeMap<_, BTreeMap<Vec<usize>, Vec<u32>>> = BTreeMap::new();
        for (number, bin) in (0_u32..).zip(&fleet.bins).filter(|(_, bin)| bin.free > 0) {
            let column = self.column(bin);
            let alike = fleet.kind_of(bin).map(Kind::alike);
            // Without a domain, a bin is one by itself.
            let apart = bin.fabric.map_or(Some(number), |_| None);
            if !column.is_empty() {
                let columns = fabrics.entry((bin.fabric, apart, alike)).or_default();
                columns.entry(column).or_default().push(number);
            }
        }
        if fabrics
            .values()
            .any(|columns| self.overlaps(columns.keys()))
        {
            return None;
        }
        let mut classes: BTreeMap<Vec<usize>, Class> = BTreeMap::new();
        let mut members = BTreeMap::new();
        for (column, bins) in fabrics.into_values().flatten() {
            let free = |number: &u32| fleet.bins.get(*number as usize).map_or(0, |bin| bin.free);
            let Some(first) = bins.first().copied() else {
                continue;
            };
            let class = classes.entry(column).or_default();
            let level = class.bins.entry(bins.iter().map(free).sum()).or_default();
            level.insert(level.partition_point(|other| *other > first), first);
            members.insert(first, bins);
        }
        let columns: Vec<Vec<usize>> = classes.keys().cloned().collect();
        let accepts = |want: &Want| {
            let position = self
                .wants
                .iter()
                .position(|other| other.demand == want.demand);
            let classes = columns.iter().enumerate();
            let accepted =
                classes.filter(|(_, column)| position.is_some_and(|own| column.contains(&own)));
            accepted.map(|(class, _)| class).collect()
        };
        Some(self.with(classes.into_values().collect(), members, accepts))
    }

    fn with(
        &self,
        classes: Vec<Class>,
        members: BTreeMap<u32, Vec<u32>>,
        accepts: impl Fn(&Want) -> Vec<usize>,
    ) -> Problem {
        let gangs = self.wants.iter().map(|want| Gangs {
            demand: want.demand,
            count: want.count,
            size: want.size,
            accepts: accepts(want),
        });
        Problem {
            gangs: gangs.collect(),
            classes,
            members,
        }
    }

    /// The pools that accept a bin, by their positions in the group.
    fn column(&self, bin: &Bin) -> Vec<usize> {
        let wants = self.wants.iter().enumerate();
        let accepting = wants.filter(|(_, want)| want.accepts(bin));
        accepting.map(|(position, _)| position).collect()
    }

    /// Whether gangs of several devices could lie over bins that others do not accept alike.
    fn overlaps<'a>(&self, columns: impl Iterator<Item = &'a Vec<usize>>) -> bool {
        let mut seen = BTreeSet::new();
        columns.flatten().any(|position| {
            let several = self.wants.get(*position).is_some_and(|want| want.size > 1);
            several && !seen.insert(position)
        })
    }
}

fn root(parents: &[usize], mut kind: usize) -> usize {
    while let Some(parent) = parents.get(kind).filter(|parent| **parent != kind) {
        kind = *parent;
    }
    kind
}

impl Problem {
    /// Bins that are what their numbers say and nothing of the fleet's.
    pub(crate) fn new(gangs: Vec<Gangs>, classes: Vec<Class>) -> Self {
        Self {
            gangs,
            classes,
            members: BTreeMap::new(),
        }
    }

    /// What `assignments` give of the fleet's bins, in an order that the inputs alone decide.
    pub(crate) fn shares(&self, fleet: &Fleet, mut assignments: Vec<Assignment>) -> Vec<Share> {
        assignments.sort_unstable_by_key(|placed| (placed.bin, placed.demand));
        let mut shares = Vec::new();
        for of_bin in assignments.chunk_by(|one, other| one.bin == other.bin) {
            let Some(bin) = of_bin.first().map(|first| first.bin) else {
                continue;
            };
            let alone = [bin];
            let members = self
                .members
                .get(&bin)
                .map_or(alone.as_slice(), Vec::as_slice);
            let mut free = members.iter().filter_map(|number| {
                let bin = fleet.bins.get(*number as usize)?;
                Some((*number, bin.free))
            });
            let mut open = free.next();
            for placed in of_bin {
                let size = self
                    .gangs
                    .iter()
                    .find(|gangs| gangs.demand == placed.demand);
                let mut left = placed.gangs * size.map_or(1, |gangs| gangs.size);
                while let Some((bin, here)) = open.as_mut().filter(|_| left > 0) {
                    let devices = left.min(*here);
                    shares.push(Share {
                        demand: placed.demand,
                        bin: *bin,
                        devices,
                    });
                    left -= devices;
                    *here -= devices;
                    if *here == 0 {
                        open = free.next();
                    }
                }
            }
        }
        shares
    }
}
