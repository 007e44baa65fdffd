//! The question and its answer.

use std::collections::BTreeMap;

use portcullis_model::{DeviceKey, Verdict};

use crate::fleet::{Fleet, Match};
use crate::problem::{self, Assignment, Problem};
use crate::search::Found;
use crate::shortage::Shortage;
use crate::{Demand, Placement, PoolPlacement, Replica, best_fit, explain, flow, search, shortage};

/// Whether all the demands of a plan fit at once, and where.
///
/// The answer does not depend on the order of the demands. `Cannot` is given only when everything
/// that could hold the demand was counted; what a source withholds makes it `Unknown`.
pub fn fits(fleet: &Fleet, demands: &[Demand]) -> Verdict<Placement> {
    let mut demands: Vec<&Demand> = demands.iter().filter(|demand| demand.gpus() > 0).collect();
    demands.sort_unstable();
    let answer = solve(fleet, &demands, Match::Yes);
    match (answer.short.first(), answer.gave_up.first()) {
        (None, None) => Verdict::Fits(witness(fleet, &demands, &answer.placed)),
        (None, Some(group)) => Verdict::Unknown(explain::gave_up(&demands, group)),
        (Some(short), _) => not_shown(fleet, &demands, short),
    }
}

/// Tells a proven no from one that rests on facts that a source withholds.
fn not_shown(fleet: &Fleet, demands: &[&Demand], short: &Short) -> Verdict<Placement> {
    let generous = solve(fleet, demands, Match::Perhaps).short;
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
    pub(crate) placed: Vec<Assignment>,
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

pub(crate) fn solve(fleet: &Fleet, demands: &[&Demand], least: Match) -> Answer {
    let mut answer = Answer::default();
    for problem in problem::split(fleet, demands, least) {
        let group = || problem.gangs.iter().map(|gangs| gangs.demand).collect();
        match decide(&problem) {
            Ok(Found::Placed(assignments)) => answer.placed.extend(assignments),
            Ok(Found::GaveUp) => answer.gave_up.push(group()),
            Ok(Found::Impossible) => answer.short.push(Short {
                demands: group(),
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

fn decide(problem: &Problem) -> Result<Found, Shortage> {
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

/// Turns gangs in bins into replicas with devices, in an order that the inputs alone decide.
fn witness(fleet: &Fleet, demands: &[&Demand], assignments: &[Assignment]) -> Placement {
    let mut assignments = assignments.to_vec();
    assignments.sort_unstable_by_key(|placed| (placed.bin, placed.demand));
    let mut devices: BTreeMap<usize, Vec<DeviceKey>> = BTreeMap::new();
    let mut start = 0;
    while let Some(first) = assignments.get(start) {
        let of_bin = assignments.get(start..).unwrap_or_default();
        let of_bin: Vec<_> = of_bin
            .iter()
            .take_while(|placed| placed.bin == first.bin)
            .collect();
        let bin = fleet.bins.get(first.bin as usize);
        let mut free = bin
            .map(|bin| fleet.devices_of(bin))
            .unwrap_or_default()
            .into_iter();
        for placed in &of_bin {
            let size = demands
                .get(placed.demand)
                .map_or(1, |demand| demand.gangs().1);
            let taken = free.by_ref().take((placed.gangs * size) as usize);
            devices
                .entry(placed.demand)
                .or_default()
                .extend(taken.map(|device| device.key()));
        }
        start += of_bin.len();
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
