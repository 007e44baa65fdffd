//! Verdicts against trying everything, on fleets small enough for that.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "a test fails by panicking; fleets are shared between tests"
)]

mod fleets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleets::{cluster, demand, devices};
use portcullis_capacity::{Demand, Fleet, Placement, Reservations, Together, fits};
use portcullis_model::{Device, DeviceKey, MigProfile, Snapshot, Verdict};
use proptest::prelude::*;

const MODELS: [&str; 3] = ["H200", "H100-80GB", "T4"];
const PROFILE: &str = "1g.18gb";

/// A small fleet: up to four nodes of up to eight devices of up to two models, some of them taken.
fn fleet() -> impl Strategy<Value = Vec<Device>> {
    let node = (
        0..MODELS.len(),
        0_u32..=8,
        0..MODELS.len(),
        0_u32..=3,
        any::<u16>(),
    );
    prop::collection::vec(node, 1..=4).prop_map(|nodes| {
        let mut all = Vec::new();
        for (number, (model, count, other, more, taken)) in nodes.into_iter().enumerate() {
            let node = format!("n{number}");
            let mut here = devices(&node, MODELS[model], 80_000, count);
            let second = devices(&node, MODELS[other], 16_000, more);
            here.extend(second.into_iter().map(|mut device| {
                let id = device.id.to_string().parse::<u32>().unwrap();
                device.id = (100 + id).to_string().parse().unwrap();
                device
            }));
            for (bit, device) in here.iter_mut().enumerate() {
                device.in_use = bit % 3 == 0 && taken & (1 << bit) != 0;
                let divided = bit % 3 == 1 && taken & (1 << bit) != 0;
                device.mig_profile = divided.then(|| PROFILE.parse().unwrap());
            }
            all.extend(here);
        }
        all
    })
}

fn pools() -> impl Strategy<Value = Vec<Demand>> {
    let pool = (
        1_usize..8,
        0_u32..=3,
        prop::sample::select(vec![1_u32, 2, 3, 4, 5, 8]),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.25),
    );
    prop::collection::vec(pool, 1..=3).prop_map(|pools| {
        pools
            .into_iter()
            .enumerate()
            .map(
                |(number, (models, replicas, size, same_node, large, instances))| {
                    let chosen: Vec<&str> = (0..3)
                        .filter(|bit| models & (1 << bit) != 0)
                        .map(|bit| MODELS[bit])
                        .collect();
                    let mut demand = demand(&format!("p{number}"), &chosen, replicas, size);
                    if !same_node {
                        demand.together = Together::Anywhere;
                    }
                    demand.memory_mib_min = large.then_some(40_000);
                    demand.mig_profile = instances.then(|| PROFILE.parse().unwrap());
                    demand
                },
            )
            .collect()
    })
}

/// Bins as (model, profile, memory, free), and gangs as (demand, size): tries every assignment.
fn exhaustive(devices: &[Device], demands: &[Demand]) -> bool {
    let mut bins: BTreeMap<(String, String, Option<MigProfile>, u32), u32> = BTreeMap::new();
    for device in devices.iter().filter(|device| !device.in_use) {
        let key = (
            device.node.to_string(),
            device.model.to_string(),
            device.mig_profile,
            device.memory_mib.unwrap(),
        );
        *bins.entry(key).or_default() += 1;
    }
    let mut state: Vec<u32> = bins.values().copied().collect();
    let kinds: Vec<(String, Option<MigProfile>, u32)> = bins
        .into_keys()
        .map(|(_, model, profile, memory)| (model, profile, memory))
        .collect();
    let mut gangs = Vec::new();
    for demand in demands {
        let accepts: Vec<usize> = (0..kinds.len())
            .filter(|bin| {
                demand
                    .models
                    .iter()
                    .any(|model| model.to_string() == kinds[*bin].0)
                    && demand.mig_profile == kinds[*bin].1
                    && demand
                        .memory_mib_min
                        .is_none_or(|least| kinds[*bin].2 >= least)
            })
            .collect();
        let (count, size) = if demand.together == Together::Node {
            (demand.replicas, demand.gpus_per_replica)
        } else {
            (demand.replicas * demand.gpus_per_replica, 1)
        };
        gangs.extend((0..count).map(|_| (size, accepts.clone())));
    }
    gangs.sort_by(|one, two| two.cmp(one));
    let mut seen = BTreeSet::new();
    place(&gangs, &mut state, &mut seen)
}

fn place(
    gangs: &[(u32, Vec<usize>)],
    state: &mut Vec<u32>,
    seen: &mut BTreeSet<(usize, Vec<u32>)>,
) -> bool {
    let Some(((size, accepts), rest)) = gangs.split_first() else {
        return true;
    };
    if !seen.insert((gangs.len(), state.clone())) {
        return false;
    }
    accepts.iter().any(|bin| {
        let fits = state[*bin] >= *size;
        if fits {
            state[*bin] -= size;
            if place(rest, state, seen) {
                return true;
            }
            state[*bin] += size;
        }
        false
    })
}

/// Every replica has its devices, all acceptable, free, its own, and of one node and kind where
/// asked.
fn check(placement: &Placement, snapshot: &Snapshot, demands: &[Demand]) {
    let by_key: BTreeMap<DeviceKey, _> = snapshot
        .devices()
        .map(|device| (device.key(), device))
        .collect();
    let mut used = BTreeSet::new();
    for demand in demands.iter().filter(|demand| demand.replicas > 0) {
        let placed = placement.pool(&demand.pool).unwrap();
        assert_eq!(placed.replicas.len(), demand.replicas as usize);
        for replica in &placed.replicas {
            assert_eq!(replica.devices.len(), demand.gpus_per_replica as usize);
            let views: Vec<_> = replica.devices.iter().map(|key| by_key[key]).collect();
            for (key, device) in replica.devices.iter().zip(&views) {
                assert!(used.insert(key.clone()), "{key} is placed twice");
                assert!(!device.in_use());
                assert!(demand.models.contains(device.model()));
                assert_eq!(device.mig_profile(), demand.mig_profile);
                assert!(
                    demand
                        .memory_mib_min
                        .is_none_or(|least| device.memory_mib().unwrap() >= least)
                );
            }
            if demand.together == Together::Node {
                let kind = |index: usize| {
                    (
                        views[index].node(),
                        views[index].model(),
                        views[index].memory_mib(),
                    )
                };
                assert!((0..views.len()).all(|index| kind(index) == kind(0)));
            }
        }
    }
}

fn verdict(snapshot: &Arc<Snapshot>, demands: &[Demand]) -> Verdict<Placement> {
    fits(&Fleet::new(snapshot, &Reservations::new()), demands)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_wrong_yes_and_no_wrong_no(devices in fleet(), demands in pools()) {
        let truth = exhaustive(&devices, &demands);
        let snapshot = cluster([devices]);
        match verdict(&snapshot, &demands) {
            Verdict::Fits(placement) => {
                prop_assert!(truth, "a wrong yes");
                check(&placement, &snapshot, &demands);
            }
            Verdict::Cannot(reason) => prop_assert!(!truth, "a wrong no: {}", reason),
            Verdict::Unknown(reason) => prop_assert!(false, "the bound is far away: {}", reason),
        }
    }

    #[test]
    fn taking_devices_leaves_what_reserving_them_does(
        devices in fleet(), demands in pools(), chosen in any::<u64>()
    ) {
        let snapshot = cluster([devices]);
        let keys = snapshot.devices().map(|device| device.key()).enumerate();
        let taken: Vec<DeviceKey> =
            keys.filter(|(bit, _)| chosen & (1 << (bit % 64)) != 0).map(|(_, key)| key).collect();
        let mut one_by_one = Fleet::new(&snapshot, &Reservations::new());
        for device in &taken {
            one_by_one.take([device], "pool `other`");
        }
        // A device in use is not free to be taken, so it counts as in use there and as held here: same supply, other words.
        let held = taken.into_iter().map(|device| (device, "pool `other`".to_owned())).collect();
        let reserved = Fleet::new(&snapshot, &held);
        let (one, other) = (fits(&one_by_one, &demands), fits(&reserved, &demands));
        prop_assert_eq!(one.witness(), other.witness());
        prop_assert_eq!(matches!(one, Verdict::Unknown(_)), matches!(other, Verdict::Unknown(_)));
    }

    #[test]
    fn order_does_not_matter(devices in fleet(), demands in pools()) {
        let mut reversed = demands.clone();
        reversed.reverse();
        let mut shuffled = devices.clone();
        shuffled.reverse();
        prop_assert_eq!(verdict(&cluster([devices]), &demands), verdict(&cluster([shuffled]), &reversed));
    }
}
