//! Every constraint against trying everything, on fleets small enough for that; what a source leaves out is tried in every
//! way that it could be.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "a test fails by panicking; fleets are shared between tests"
)]

mod brute;
mod fleets;

use std::collections::{BTreeMap, BTreeSet};

use brute::story::{About, Node, completions, fits_in, nodes, pools, snapshot, zone_number};
use portcullis_capacity::{Beside, Demand, Fleet, Placement, Reservations, Together, fits};
use portcullis_model::{DeviceKey, Verdict};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Every replica has what it asks for, and all replicas of all pools together take what there is and no more.
fn check(placement: &Placement, nodes: &[Node], demands: &[Demand]) {
    let mut used = BTreeSet::new();
    let mut cpu: BTreeMap<usize, u32> = BTreeMap::new();
    let number = |key: &DeviceKey| key.node.as_str()[1..].parse::<usize>().unwrap();
    for demand in demands.iter().filter(|demand| demand.replicas > 0) {
        let placed = placement.pool(&demand.pool).unwrap();
        assert_eq!(placed.replicas.len(), demand.replicas as usize);
        let mut zones: BTreeMap<u8, usize> = BTreeMap::new();
        for replica in &placed.replicas {
            assert_eq!(replica.devices.len(), demand.gpus_per_replica as usize);
            for key in &replica.devices {
                assert!(used.insert(key.clone()), "{key} is placed twice");
            }
            let on: BTreeSet<usize> = replica.devices.iter().map(number).collect();
            let bound = demand.spread.is_some() || demand.beside != Beside::default();
            match demand.together {
                Together::Fabric if demand.beside == Beside::default() => {
                    let fabrics: BTreeSet<Option<u8>> =
                        on.iter().map(|node| nodes[*node].fabric).collect();
                    assert!(fabrics.len() == 1 && !fabrics.contains(&None));
                }
                Together::Anywhere if !bound => {}
                _ => assert_eq!(on.len(), 1),
            }
            let first = *on.first().unwrap();
            if demand.spread.is_some() {
                *zones.entry(nodes[first].zone.unwrap()).or_default() += 1;
            }
            *cpu.entry(first).or_default() += demand.beside.cpu_milli.unwrap_or(0);
        }
        if let Some(spread) = &demand.spread {
            for kept in spread.kept.iter().flatten() {
                *zones.entry(zone_number(kept)).or_default() += 1;
            }
            let all: usize = zones.values().sum();
            let zones_min = spread.zones_min as usize;
            assert!(zones.values().all(|here| *here <= all.div_ceil(zones_min)));
            assert!(zones.len() >= zones_min.min(all));
        }
    }
    for (node, taken) in cpu.into_iter().filter(|(_, taken)| *taken > 0) {
        assert!(taken <= nodes[node].cpu.map_or(0, u32::from));
    }
}

/// Holds many verdicts to the truth, and prints how many were left open although every fact was told.
fn hold(title: &str, about: About, cases: u32) {
    let mut runner = TestRunner::deterministic();
    let (mut fit, mut cannot, mut open, mut missing) = (0, 0, 0, 0);
    for _ in 0..cases {
        let nodes = nodes(about).new_tree(&mut runner).unwrap().current();
        let demands = pools(about).new_tree(&mut runner).unwrap().current();
        let told = fits_in(&nodes, &demands);
        let fleet = Fleet::new(&snapshot(&nodes), &Reservations::new());
        let context = || format!("{nodes:#?}\n{demands:#?}");
        match fits(&fleet, &demands) {
            Verdict::Fits(placement) => {
                assert!(told, "a wrong yes: {}", context());
                check(&placement, &nodes, &demands);
                fit += 1;
            }
            Verdict::Cannot(reason) => {
                for filled in completions(&nodes, about) {
                    assert!(
                        !fits_in(&filled, &demands),
                        "a wrong no: {reason}\n{filled:#?}\n{}",
                        context()
                    );
                }
                cannot += 1;
            }
            Verdict::Unknown(reason) if reason.code == "gpu-facts-unreported" => {
                assert!(!told, "it fits what is told: {reason}\n{}", context());
                assert!(
                    about.gaps || about.health,
                    "every fact is told: {reason}\n{}",
                    context()
                );
                missing += 1;
            }
            Verdict::Unknown(_) => open += 1,
        }
    }
    eprintln!(
        "{title}: {fit} fit, {cannot} cannot, {missing} lack facts, {open} of {cases} left open by the bound"
    );
    assert!(fit > 0 && cannot > 0);
    assert_eq!(open, 0, "the bound is far away");
    assert!(missing > 0 || !about.gaps);
}

const CASES: u32 = 1_500;

fn about(set: fn(&mut About)) -> [(&'static str, About); 2] {
    let mut told = About::default();
    set(&mut told);
    let gaps = About { gaps: true, ..told };
    [("all told", told), ("facts left out", gaps)]
}

fn hold_both(title: &str, set: fn(&mut About)) {
    for (facts, about) in about(set) {
        hold(&format!("{title}, {facts}"), about, CASES);
    }
}

#[test]
fn zones_to_take_from() {
    hold_both("zones", |about| about.location = true);
}

#[test]
fn zones_to_spread_over() {
    hold_both("spread", |about| about.spread = true);
}

#[test]
fn drivers() {
    hold_both("driver", |about| about.driver = true);
}

#[test]
fn prices() {
    hold_both("price", |about| about.price = true);
}

#[test]
fn health() {
    hold_both("health", |about| about.health = true);
}

#[test]
fn nvlink_domains() {
    hold_both("NVLink domain", |about| about.fabric = true);
}

#[test]
fn cpu_beside_devices() {
    hold_both("CPU", |about| about.beside = true);
}

/// The pools of a plan one after the other, each on what those before it took; then the others all together, as bursts
/// are asked for: the truth is that of trying everything on what is left of devices and CPU.
#[test]
fn what_was_placed_before_is_taken() {
    let about = About {
        beside: true,
        ..About::default()
    };
    let mut runner = TestRunner::deterministic();
    let (mut fit, mut cannot) = (0, 0);
    for _ in 0..CASES {
        let mut nodes = nodes(about).new_tree(&mut runner).unwrap().current();
        let mut demands = pools(about).new_tree(&mut runner).unwrap().current();
        let steady = demands.remove(0);
        let mut fleet = Fleet::new(&snapshot(&nodes), &Reservations::new());
        let verdict = fits(&fleet, std::slice::from_ref(&steady));
        if let Some(placed) = verdict.witness().and_then(|all| all.pool(&steady.pool)) {
            for replica in &placed.replicas {
                fleet.take(&replica.devices, "pool `steady`");
                fleet.take_beside(&replica.devices, steady.beside);
                for key in &replica.devices {
                    let node = &mut nodes[key.node.as_str()[1..].parse::<usize>().unwrap()];
                    node.count -= 1;
                }
                let first = replica.devices[0].node.as_str()[1..]
                    .parse::<usize>()
                    .unwrap();
                if let (Some(asked), Some(cpu)) = (steady.beside.cpu_milli, &mut nodes[first].cpu) {
                    *cpu -= u8::try_from(asked).unwrap();
                }
            }
        }
        for demand in &mut demands {
            demand.burst = true;
        }
        let told = fits_in(&nodes, &demands);
        match fits(&fleet, &demands) {
            Verdict::Fits(_) => {
                assert!(told, "a wrong yes: {nodes:#?}\n{steady:#?}\n{demands:#?}");
                fit += 1;
            }
            Verdict::Cannot(reason) => {
                assert!(
                    !told,
                    "a wrong no: {reason}\n{nodes:#?}\n{steady:#?}\n{demands:#?}"
                );
                cannot += 1;
            }
            Verdict::Unknown(reason) => panic!("every fact is told: {reason}"),
        }
        // Given back, it is as if it had never been taken.
        if let Some(placed) = verdict.witness().and_then(|all| all.pool(&steady.pool)) {
            fleet.release(placed.replicas.iter().flat_map(|replica| &replica.devices));
            let again = fits(&fleet, std::slice::from_ref(&steady));
            assert_eq!(again.witness(), verdict.witness());
        }
    }
    eprintln!("after another pool: {fit} fit, {cannot} cannot");
    assert!(fit > 200 && cannot > 200);
}

#[test]
fn all_at_once() {
    hold_both("all", |about| {
        *about = About {
            location: true,
            spread: true,
            driver: true,
            price: false,
            health: true,
            fabric: true,
            beside: true,
            gaps: false,
        };
    });
}
