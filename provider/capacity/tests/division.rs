//! GPUs to divide: what is proposed is applied to the fleet, and must fit; where nothing is there yet, what is not
//! proposed must be impossible.
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

use fleets::{cluster, demand, devices};
use portcullis_capacity::{
    Demand, Division, Fleet, MigGeometry, Reservations, Together, divide, fits,
};
use portcullis_model::{Device, DeviceId, MigMode, MigProfile, Verdict};
use proptest::prelude::*;

const MODELS: [&str; 3] = ["H200", "A30", "T4"];
const PROFILES: [&str; 5] = ["1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "2g.12gb"];

/// Up to three nodes of one model, with up to three whole GPUs and, where asked for, instances of one more that is divided.
fn fleet(instances: bool) -> impl Strategy<Value = Vec<Device>> {
    let most = if instances { 3_u32 } else { 0 };
    let node = (0..MODELS.len(), 0_u32..=3, 0..=most, 0..PROFILES.len());
    prop::collection::vec(node, 1..=3).prop_map(|nodes| {
        let numbered = nodes.into_iter().enumerate();
        let all = numbered.flat_map(|(number, (model, whole, there, profile))| {
            let node = format!("n{number}");
            let mut here = devices(&node, MODELS[model], 80_000, whole);
            let mut parts = devices(&node, MODELS[model], 16_000, there);
            for (part, device) in (100..).zip(&mut parts) {
                device.id = DeviceId::Index(part);
                device.mig_profile = Some(PROFILES[profile].parse().unwrap());
            }
            here.extend(parts);
            here
        });
        all.collect()
    })
}

fn pool() -> impl Strategy<Value = Demand> {
    let together = prop::sample::select(vec![Together::Node, Together::Anywhere]);
    (0..PROFILES.len(), 1_u32..=4, 1_u32..=5, together).prop_map(
        |(profile, replicas, size, together)| Demand {
            mig_profile: Some(PROFILES[profile].parse().unwrap()),
            together,
            ..demand("parts", &["H200", "A30"], replicas, size)
        },
    )
}

/// The fleet once GPUs are divided as proposed.
fn after(devices: &[Device], divisions: &[Division]) -> Vec<Device> {
    let mut all = Vec::new();
    for device in devices {
        let division = divisions
            .iter()
            .find(|one| one.device.node == device.node && one.device.id == device.id);
        let Some(division) = division else {
            all.push(device.clone());
            continue;
        };
        let DeviceId::Index(index) = device.id else {
            panic!("{device:?}")
        };
        for (number, instance) in (0..).zip(&division.instances) {
            all.push(Device {
                id: DeviceId::Index(1_000 + index * 10 + number),
                mig_profile: Some(instance.profile),
                memory_mib: Some(16_000),
                mig_mode: MigMode::Disabled,
                ..device.clone()
            });
        }
    }
    all
}

/// No GPU is divided twice, each was free and whole, and no two instances of one overlap.
fn check(divisions: &[Division], devices: &[Device], profile: MigProfile) {
    let mut seen = BTreeSet::new();
    for division in divisions {
        assert!(seen.insert(division.device.clone()), "{division:?} twice");
        let device = devices
            .iter()
            .find(|one| one.node == division.device.node && one.id == division.device.id);
        let device = device.unwrap();
        assert!(device.mig_profile.is_none() && !device.in_use);
        let shape = MigGeometry::of(&device.model)
            .unwrap()
            .shape(profile)
            .unwrap();
        let mut units = BTreeSet::new();
        for instance in &division.instances {
            assert_eq!(instance.profile, profile);
            assert!(shape.starts.contains(&instance.start), "{division:?}");
            for unit in instance.start..instance.start + shape.size {
                assert!(units.insert(unit), "{division:?} overlaps at {unit}");
            }
        }
    }
}

/// The most instances of a profile on one device, by trying every set of places.
fn most_on_one(model: &str, profile: MigProfile) -> u32 {
    let geometry = MigGeometry::of(&model.parse().unwrap());
    let Some(shape) = geometry.and_then(|geometry| geometry.shape(profile)) else {
        return 0;
    };
    let sets = 0..1_u32 << shape.starts.len();
    let disjoint = sets.filter(|set| {
        let chosen = shape.starts.iter().enumerate();
        let mut chosen = chosen.filter(|(bit, _)| set & (1 << bit) != 0);
        let mut taken = 0_u32;
        chosen.all(|(_, start)| {
            let units = ((1_u32 << shape.size) - 1) << start;
            let free = taken & units == 0;
            taken |= units;
            free
        })
    });
    disjoint
        .map(u32::count_ones)
        .max()
        .unwrap_or(0)
        .min(shape.max.into())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_proposed_fits(
        devices in fleet(true), parts in pool(), replicas in 0_u32..=2, size in 1_u32..=2
    ) {
        let whole = demand("whole", &["H200", "T4"], replicas, size);
        let fleet = Fleet::new(&cluster([devices.clone()]), &Reservations::new());
        let all = [parts.clone(), whole.clone()];
        if fits(&fleet, &all).witness().is_some() {
            return Ok(());
        }
        if let Some(divisions) = divide(&fleet, &[&parts, &whole], &parts) {
            check(&divisions, &devices, parts.mig_profile.unwrap());
            let divided = Fleet::new(&cluster([after(&devices, &divisions)]), &Reservations::new());
            let verdict = fits(&divided, &all);
            prop_assert!(verdict.witness().is_some(), "{:?}", verdict.reason());
        }
    }

    #[test]
    fn what_is_not_proposed_is_impossible_where_nothing_is_divided(devices in fleet(false), parts in pool()) {
        let fleet = Fleet::new(&cluster([devices.clone()]), &Reservations::new());
        let profile = parts.mig_profile.unwrap();
        let mut nodes: BTreeMap<String, (String, u32)> = BTreeMap::new();
        for device in &devices {
            let node = nodes.entry(device.node.to_string()).or_insert((device.model.to_string(), 0));
            node.1 += 1;
        }
        let instances = nodes.values().map(|(model, count)| most_on_one(model, profile) * count);
        let possible = match parts.together {
            Together::Anywhere => instances.sum::<u32>() >= parts.replicas * parts.gpus_per_replica,
            _ => instances.map(|here| here / parts.gpus_per_replica).sum::<u32>() >= parts.replicas,
        };
        let divisions = divide(&fleet, &[&parts], &parts);
        prop_assert_eq!(divisions.is_some(), possible);
        let asked: u32 = parts.replicas * parts.gpus_per_replica;
        let made = divisions.iter().flatten().map(|one| one.instances.len()).sum::<usize>();
        prop_assert!(divisions.is_none() || made == asked as usize);
    }
}

#[test]
fn a_refusal_names_the_layout_that_would_fit() {
    let snapshot = cluster([devices("n1", "H200", 143_771, 1)]);
    let fleet = Fleet::new(&snapshot, &Reservations::new());
    let parts = Demand {
        mig_profile: Some("3g.71gb".parse().unwrap()),
        ..demand("parts", &["H200"], 1, 2)
    };
    let Verdict::Cannot(reason) = fits(&fleet, &[parts]) else {
        panic!("no instance is there")
    };
    assert_eq!(
        reason.remedy,
        "Divide free GPUs by MIG into `3g.71gb`, beginning at memory units: `cluster/n1/0` (`H200`) at 0, 4."
    );
}
