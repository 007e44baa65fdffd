//! The question and its answer.

use std::collections::BTreeMap;

use portcullis_model::{DeviceKey, Verdict};

use crate::fleet::Fleet;
use crate::problem::{Assignment, Group, Problem, Share};
use crate::search::Found;
use crate::shortage::Shortage;
use crate::want::{Reading, Want};
use crate::{
    Demand, Placement, PoolPlacement, Replica, best_fit, explain, flow, scoped, search, shortage,
};

/// Whether all the demands of a plan fit at once, and where.
///
/// The answer does not depend on the order of the demands. `Cannot` is given only when everything
/// that could hold the demand was counted; what a source withholds makes it `Unknown`.
pub fn fits(fleet: &Fleet, demands: &[Demand]) -> Verdict<Placement> {
    let mut demands: Vec<&Demand> = demands.iter().filter(|demand| demand.gpus() > 0).collect();
    demands.sort_unstable();
    let answer = solve(fleet, &demands, Reading::Told);
    match (answer.short.first(), answer.gave_up.first()) {
        (None, None) => Verdict::Fits(witness(fleet, &demands, &answer.shares)),
        (None, Some(group)) => Verdict::Unknown(explain::gave_up(&demands, group)),
        (Some(short), _) => not_shown(fleet, &demands, short),
    }
}

/// Tells a proven no from one that rests on facts that a source withholds.
fn not_shown(fleet: &Fleet, demands: &[&Demand], short: &Short) -> Verdict<Placement> {
    let generous = solve(fleet, demands, Reading::Generous).short;
    let doubtful = |short: &&Short| {
        let members = short.demands.iter().filter_map(|index| demands.get(*index));
        members
            .into_iter()
            .any(|demand| fleet.doubtful_sources(demand).next().is_some())
    };
    let question = |short| explain::Question {
        fleet,
        demands,
        short,
    };
    if let Some(proven) = generous.iter().find(|short| !doubtful(short)) {
        Verdict::Cannot(explain::shortage(&question(proven)))
    } else if let Some(doubted) = generous.first() {
        Verdict::Unknown(explain::doubtful_sources(&question(doubted)))
    } else {
        Verdict::Unknown(explain::unreported(&question(short)))
    }
}

/// What counting and searching say, by group of competing pools.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) shares: Vec<Share>,
    pub(crate) short: Vec<Short>,
    pub(crate) gave_up: Vec<Vec<usize>>,
}

/// Pools that cannot all have what they ask for; without an inequality, every arrangement was
/// tried.
#[derive(Debug)]
pub(crate) struct Short {
    pub(crate) demands: Vec<usize>,
    pub(crate) shortage: Option<Shortage>,
}

pub(crate) fn solve(fleet: &Fleet, demands: &[&Demand], reading: Reading) -> Answer {
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
fn witness(fleet: &Fleet, demands: &[&Demand], shares: &[Share]) -> Placement {
    let mut open: BTreeMap<u32, Vec<DeviceKey>> = BTreeMap::new();
    let mut devices: BTreeMap<usize, Vec<DeviceKey>> = BTreeMap::new();
    for share in shares {
        let free = open.entry(share.bin).or_insert_with(|| {
            let bin = fleet.bins.get(share.bin as usize);
            let devices = bin.into_iter().flat_map(|bin| fleet.devices_of(bin));
            let mut keys: Vec<DeviceKey> = devices.map(|device| device.key()).collect();
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
