//! Pools that count on GPU instances which are to be made, against every way to divide every GPU of small fleets.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "a test fails by panicking; fleets are shared between tests"
)]

mod brute;
mod divided;
mod fleets;

use std::collections::BTreeSet;

use divided::{Gpu, all_devices, gpus, is_layout, pools, possible, profile, reservations};
use fleets::{cluster, demand};
use portcullis_capacity::{Demand, Fleet, MigInstance, Placement, Reservations, fits};
use portcullis_model::{DeviceId, DeviceKey, MigMode, MigProfile, Verdict};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// Every key is given once, and what is to be made can lie where it says beside what is there and promised.
fn check(gpus: &[Gpu], demands: &[Demand], placement: &Placement) {
    let mut seen: BTreeSet<DeviceKey> = BTreeSet::new();
    let mut after = gpus.to_vec();
    for gpu in &mut after {
        gpu.there
            .extend(gpu.promised.drain(..).map(|instance| (instance, true)));
    }
    for demand in demands.iter().filter(|demand| demand.replicas > 0) {
        let placed = placement.pool(&demand.pool).unwrap();
        assert_eq!(placed.replicas.len(), demand.replicas as usize);
        for replica in &placed.replicas {
            assert_eq!(replica.devices.len(), demand.gpus_per_replica as usize);
            for key in &replica.devices {
                assert!(seen.insert(key.clone()), "{key} twice");
                let Some(instance) = key.instance else {
                    continue;
                };
                assert!(demand.divide && demand.mig_profile == Some(instance.profile));
                let DeviceId::Index(number) = key.id else {
                    panic!("{key}")
                };
                let gpu = &mut after[number as usize];
                assert!(!gpu.busy, "{key} is on a GPU that is in use");
                gpu.there.push((instance, false));
                let all: Vec<MigInstance> = gpu.there.iter().map(|(one, _)| *one).collect();
                assert!(is_layout(gpu.model, &all), "{key} does not fit: {all:?}");
            }
        }
    }
    // Once everything is made, the pools fit without making more.
    let there: Vec<Demand> = demands
        .iter()
        .map(|demand| Demand {
            divide: false,
            ..demand.clone()
        })
        .collect();
    let fleet = Fleet::new(&cluster([all_devices(&after)]), &Reservations::new());
    let verdict = fits(&fleet, &there);
    assert!(verdict.witness().is_some(), "{:?}", verdict.reason());
}

const CASES: u32 = 6_000;

#[test]
fn every_verdict_is_that_of_trying_every_way_to_divide() {
    let mut runner = TestRunner::deterministic();
    let (mut fit, mut cannot, mut open, mut several) = (0, 0, 0, 0);
    for _ in 0..CASES {
        let gpus = gpus().new_tree(&mut runner).unwrap().current();
        let demands = pools().new_tree(&mut runner).unwrap().current();
        let told = possible(&gpus, &demands);
        let fleet = Fleet::new(&cluster([all_devices(&gpus)]), &reservations(&gpus));
        let context = || format!("{gpus:#?}\n{demands:#?}");
        match fits(&fleet, &demands) {
            Verdict::Fits(placement) => {
                assert!(told, "a wrong yes: {placement:#?} {}", context());
                check(&gpus, &demands, &placement);
                fit += 1;
                let made: BTreeSet<MigProfile> = placement
                    .pools
                    .iter()
                    .flat_map(|pool| &pool.replicas)
                    .flat_map(|replica| &replica.devices)
                    .filter_map(|key| Some(key.instance?.profile))
                    .collect();
                several += u32::from(made.len() > 1);
            }
            Verdict::Cannot(reason) => {
                assert!(!told, "a wrong no: {reason} {}", context());
                cannot += 1;
            }
            Verdict::Unknown(reason) => {
                assert_eq!(reason.code, "placement-search-gave-up", "{}", context());
                open += 1;
            }
        }
    }
    eprintln!(
        "{CASES} fleets: {fit} fit ({several} with several profiles to make), {cannot} cannot, {open} left open by the bound"
    );
    assert!(fit > 500 && cannot > 500 && several > 50);
    assert_eq!(open, 0, "the bound is far away");
}

/// A promise takes the same as the instance that comes of it, whoever asks next; given back, it takes nothing.
#[test]
fn what_is_promised_is_taken_until_it_is_given_back() {
    let mut runner = TestRunner::deterministic();
    let (mut fit, mut cannot) = (0, 0);
    for _ in 0..1_500 {
        let gpus = gpus().new_tree(&mut runner).unwrap().current();
        let mut demands = pools().new_tree(&mut runner).unwrap().current();
        let first = demands.remove(0);
        let fresh = || Fleet::new(&cluster([all_devices(&gpus)]), &reservations(&gpus));
        let mut fleet = fresh();
        let verdict = fits(&fleet, std::slice::from_ref(&first));
        let Some(placed) = verdict.witness().and_then(|all| all.pool(&first.pool)) else {
            continue;
        };
        let keys: Vec<DeviceKey> = placed
            .replicas
            .iter()
            .flat_map(|replica| replica.devices.clone())
            .collect();
        fleet.take(&keys, "pool `first`");
        let mut held = reservations(&gpus);
        held.extend(
            keys.iter()
                .map(|key| (key.clone(), "pool `first`".to_owned())),
        );
        let told_anew = Fleet::new(&cluster([all_devices(&gpus)]), &held);
        let mut after = gpus.clone();
        for key in &keys {
            if let (Some(instance), DeviceId::Index(number)) = (key.instance, &key.id) {
                after[*number as usize].there.push((instance, true));
            }
        }
        let made = Fleet::new(&cluster([all_devices(&after)]), &held);
        let verdicts = [&fleet, &told_anew, &made].map(|fleet| fits(fleet, &demands));
        let yes = verdicts
            .each_ref()
            .map(|verdict| verdict.witness().is_some());
        assert!(
            yes == [yes[0]; 3],
            "{yes:?} {gpus:#?} {first:#?} {demands:#?}"
        );
        if yes[0] {
            fit += 1;
        } else {
            cannot += 1;
        }
        fleet.release(&keys);
        let again = fits(&fleet, std::slice::from_ref(&first));
        assert_eq!(again.witness(), verdict.witness());
    }
    eprintln!("after a promise: {fit} fit, {cannot} do not");
    assert!(fit > 100 && cannot > 100);
}

fn one_h200(there: &[&str]) -> Gpu {
    Gpu {
        node: 0,
        model: 0,
        busy: false,
        there: there
            .iter()
            .map(|one| (one.parse().unwrap(), true))
            .collect(),
        promised: Vec::new(),
    }
}

fn asks(replicas: u32, text: &str) -> Demand {
    Demand {
        mig_profile: Some(profile(text)),
        divide: true,
        ..demand("parts", &["H200"], replicas, 1)
    }
}

#[test]
fn where_instances_lie_has_to_be_told() {
    let gpu = one_h200(&["1g.18gb@0"]);
    let mut devices = all_devices(std::slice::from_ref(&gpu));
    for device in &mut devices {
        device.part_of = None;
    }
    let fleet = Fleet::new(&cluster([devices]), &Reservations::new());
    let Verdict::Unknown(reason) = fits(&fleet, &[asks(1, "3g.71gb")]) else {
        panic!("it may lie at 0 or at 4, or there may be no room");
    };
    assert_eq!(reason.code, "gpu-facts-unreported");
    assert!(reason.found.contains("place of GPU instances"), "{reason}");
    let fleet = Fleet::new(&cluster([all_devices(&[gpu])]), &Reservations::new());
    assert!(fits(&fleet, &[asks(1, "3g.71gb")]).witness().is_some());
}

#[test]
fn a_refusal_names_who_was_promised_which_place() {
    let mut gpu = one_h200(&["3g.71gb@0"]);
    gpu.promised.push("2g.35gb@4".parse().unwrap());
    let fleet = Fleet::new(
        &cluster([all_devices(std::slice::from_ref(&gpu))]),
        &reservations(&[gpu]),
    );
    let Verdict::Cannot(reason) = fits(&fleet, &[asks(1, "3g.71gb")]) else {
        panic!("its second half is promised")
    };
    assert_eq!(reason.code, "not-enough-gpus");
    let promised = "Promised and not made yet: `cluster/n0/0/2g.35gb@4` to pool `other`.";
    assert!(reason.found.contains(promised), "{reason}");
    assert!(reason.found.contains("1 held by pool `other`"), "{reason}");
}

#[test]
fn a_refusal_says_that_instances_could_be_made() {
    let fleet = Fleet::new(
        &cluster([all_devices(&[one_h200(&["3g.71gb@0"])])]),
        &Reservations::new(),
    );
    let would = |replicas| {
        let there = Demand {
            divide: false,
            ..asks(replicas, "3g.71gb")
        };
        let Verdict::Cannot(reason) = fits(&fleet, &[there]) else {
            panic!("the one that is there is in use")
        };
        reason.remedy.contains("Set `mig_divide = true`")
    };
    assert!(would(1) && !would(2), "there is room for one more");
}

#[test]
fn mig_mode_has_to_be_on() {
    let mut devices = all_devices(&[one_h200(&[])]);
    devices[0].mig_mode = MigMode::Disabled;
    let fleet = Fleet::new(&cluster([devices]), &Reservations::new());
    let Verdict::Cannot(reason) = fits(&fleet, &[asks(1, "3g.71gb")]) else {
        panic!("the GPU is whole")
    };
    assert!(
        reason.remedy.contains("Divide free GPUs by MIG"),
        "{reason}"
    );
}
