//! The question and its answer.

use std::collections::BTreeMap;

use portcullis_model::{DeviceKey, Verdict};

use crate::fleet::Fleet;
use crate::problem::{Assignment, Group, Problem, Share};
use crate::search::Found;
use crate::shortage::Shortage;
use crate::want::{Reading, Want};
use crate::{
    Demand, Placement, PoolPlacement, Replica, best_fit, explain, flow, made, scoped, search,
    shortage,
};

/// Whether all the demands of a plan fit at once, and where.
///
/// The answer does not depend on the order of the demands. `Cannot` is given only when everything
/// that could hold the demand was counted; what a source withholds makes it `Unknown`.
pub fn fits(fleet: &Fleet, demands: &[Demand]) -> Verdict<Placement> {
    let mut demands: Vec<&Demand> = demands.iter().filter(|demand| demand.gpus() > 0).collect();
    demands.sort_unstable();
    let there = solve_there(fleet, &demands, Reading::Told);
    if there.fits() {
        return Verdict::Fits(witness(fleet, &demands, &there.shares));
    }
    let divided = made::solve(fleet, &demands, Reading::Told);
    let (over, answer) = match &divided {
        Some((over, answer)) => (over, answer),
        None => (fleet, &there),
    };
    match (answer.short.first(), answer.gave_up.first()) {
        (None, None) => Verdict::Fits(witness(over, &demands, &answer.shares)),
        (None, Some(group)) => Verdict::Unknown(explain::gave_up(&demands, group)),
        (Some(short), _) => not_shown(fleet, over, &demands, short),
    }
}

/// Tells a proven no from one that rests on facts that a source withholds. `over` is the fleet of which `short` is said.
fn not_shown(
    fleet: &Fleet,
    over: &Fleet,
    demands: &[&Demand],
    short: &Short,
) -> Verdict<Placement> {
    let divided = made::solve(fleet, demands, Reading::Generous);
    let (generous_over, generous) = match divided {
        Some((over, answer)) => (over, answer.short),
        None => (
            over.clone(),
            solve_there(over, demands, Reading::Generous).short,
        ),
    };
    let doubtful = |short: &&Short| {
        let members = short.demands.iter().filter_map(|index| demands.get(*index));
        members
            .into_iter()
            .any(|demand| fleet.doubtful_sources(demand).next().is_some())
    };
    let question = |fleet, short| explain::Question {
        fleet,
        demands,
        short,
    };
    if let Some(proven) = generous.iter().find(|short| !doubtful(short)) {
        Verdict::Cannot(explain::shortage(&question(&generous_over, proven)))
    } else if let Some(doubted) = generous.first() {
        Verdict::Unknown(explain::doubtful_sources(&question(
            &generous_over,
            doubted,
        )))
    } else {
        Verdict::Unknown(explain::unreported(&question(over, short)))
    }
}

/// What counting and searching say, by group of competing pools.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) shares: Vec<Share>,
    pub(crate) short: Vec<Short>,
    pub(crate) gave_up: Vec<Vec<usize>>,
}

impl Answer {
    pub(crate) fn fits(&self) -> bool {
        self.short.is_empty() && self.gave_up.is_empty()
    }
}

/// Pools that cannot all have what they ask for; without an inequality, every arrangement was
/// tried.
#[derive(Debug)]
pub(crate) struct Short {
    pub(crate) demands: Vec<usize>,
    pub(crate) shortage: Option<Shortage>,
}

impl Short {
    /// Puts the positions among some of the demands back among all of them.
    pub(crate) fn place_in(&mut self, positions: &[usize]) {
        let own = self.shortage.as_mut().map(|short| &mut short.demands);
        for demands in std::iter::once(&mut self.demands).chain(own) {
            for demand in demands {
                *demand = positions.get(*demand).copied().unwrap_or(*demand);
            }
        }
    }
}

/// The answer over what is there, instances that could be made left out.
pub(crate) fn solve_there(fleet: &Fleet, demands: &[&Demand], reading: Reading) -> Answer {
    let mut answer = Answer::default();
    let wants = demands.iter().enumerate();
    let wants = wants.map(|(index, demand)| Want::of(fleet, index, demand, reading));
    for group in Group::split(fleet, wants.collect()) {
        let members = || group.wants.iter().map(|want| want.demand).collect();
        match decide(fleet, &group, reading) {
            Ok(Found::Placed(shares)) => answer.shares.extend(shares),
            Ok(Found::GaveUp) => answer.gave_up.push(members()),
            Ok(Found::Impossible) => answer.short.push(Short {
                demands: members(),
                shortage: None,
            }),
            Err(shortage) => answer.short.push(Short {
                demands: shortage.demands.clone(),
                shortage: Some(shortage),
            }),
        }
    }
    answer
}

fn decide(fleet: &Fleet, group: &Group, reading: Reading) -> Result<Found<Vec<Share>>, Shortage> {
    let Some(problem) = group.problem(fleet) else {
        return scoped::decide(fleet, group, reading);
    };
    let found = decide_bins(&problem)?;
    Ok(match found {
        Found::Placed(assignments) => Found::Placed(problem.shares(fleet, assignments)),
        Found::Impossible => Found::Impossible,
        Found::GaveUp => Found::GaveUp,
    })
}

fn decide_bins(problem: &Problem) -> Result<Found<Vec<Assignment>>, Shortage> {
    if let Some(shortage) = shortage::find(problem) {
        return Err(shortage);
    }
    if let Some(placed) = best_fit::place(problem) {
        return Ok(Found::Placed(placed));
    }
    if let Some(size) = flow::single_size(problem) {
        return match flow::place(problem, size) {
            Ok(placed) => Ok(Found::Placed(placed)),
            Err(Some(shortage)) => Err(shortage),
            Err(None) => Ok(Found::Impossible),
        };
    }
    Ok(search::place(problem))
}

/// Turns shares of bins into replicas with devices.
pub(crate) fn witness(fleet: &Fleet, demands: &[&Demand], shares: &[Share]) -> Placement {
    let mut open: BTreeMap<u32, Vec<DeviceKey>> = BTreeMap::new();
    let mut devices: BTreeMap<usize, Vec<DeviceKey>> = BTreeMap::new();
    for share in shares {
        let free = open.entry(share.bin).or_insert_with(|| {
            let mut keys: Vec<DeviceKey> = fleet.keys_of(share.bin);
            // Taken from the end: the first device is the first to be used.
            keys.reverse();
            keys
        });
        let rest = free.len().saturating_sub(share.devices as usize);
        let taken = free.drain(rest..).rev();
        devices.entry(share.demand).or_default().extend(taken);
    }
    let pools = demands.iter().enumerate().map(|(index, demand)| {
        let keys = devices.remove(&index).unwrap_or_default();
        let replicas = keys.chunks(demand.gpus_per_replica.max(1) as usize);
        PoolPlacement {
            pool: demand.pool.clone(),
            replicas: replicas
                .map(|keys| Replica {
                    devices: keys.to_vec(),
                })
                .collect(),
        }
    });
    Placement {
        pools: pools.collect(),
    }
}
