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
mod fleets;

use std::collections::{BTreeMap, BTreeSet};

use brute::story::gangs_of;
use brute::{Cell, Gang, World};
use fleets::{cluster, demand, devices};
use portcullis_capacity::{
    Demand, Fleet, MigGeometry, MigInstance, Placement, Reservations, Together, fits,
};
use portcullis_model::{Device, DeviceId, DeviceKey, MigMode, MigProfile, PartOf, Verdict};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const MODELS: [&str; 2] = ["H200", "A30"];
const PROFILES: [&str; 5] = ["1g.18gb", "2g.35gb", "3g.71gb", "1g.6gb", "2g.12gb"];

/// One GPU in MIG mode.
#[derive(Clone, Debug)]
struct Gpu {
    node: usize,
    model: usize,
    /// Whether something runs on the GPU itself.
    busy: bool,
    /// The instances that it has, and whether they are in use.
    there: Vec<(MigInstance, bool)>,
    /// Those that another workspace was promised, and that are not there.
    promised: Vec<MigInstance>,
}

fn profile(text: &str) -> MigProfile {
    text.parse().unwrap()
}

fn geometry(model: usize) -> &'static MigGeometry {
    MigGeometry::of(&MODELS[model].parse().unwrap()).unwrap()
}

/// Whether instances can lie on one GPU: written for nothing but being obviously right.
fn is_layout(model: usize, layout: &[MigInstance]) -> bool {
    let mut units = BTreeSet::new();
    let mut counts: BTreeMap<MigProfile, u8> = BTreeMap::new();
    layout.iter().all(|instance| {
        let Some(shape) = geometry(model).shape(instance.profile) else {
            return false;
        };
        let count = counts.entry(instance.profile).or_default();
        *count += 1;
        *count <= shape.max
            && shape.starts.contains(&instance.start)
            && (instance.start..instance.start + shape.size).all(|unit| units.insert(unit))
    })
}

/// Every instance that could lie on a GPU of a model.
fn instances(model: usize) -> Vec<MigInstance> {
    let profiles = PROFILES.map(profile);
    let all = profiles.into_iter().flat_map(|profile| {
        let starts = geometry(model)
            .shape(profile)
            .map_or(&[][..], |shape| shape.starts);
        starts.iter().map(move |start| MigInstance {
            profile,
            start: *start,
        })
    });
    all.collect()
}

fn gpus() -> impl Strategy<Value = Vec<Gpu>> {
    let placed = prop::collection::vec((0_usize..30, any::<bool>(), any::<bool>()), 0..=3);
    let gpu = (
        0_usize..2,
        0..MODELS.len(),
        prop::bool::weighted(0.1),
        placed,
    );
    let gpu = gpu.prop_map(|(node, model, busy, placed)| {
        let mut gpu = Gpu {
            node,
            model,
            busy,
            there: Vec::new(),
            promised: Vec::new(),
        };
        let possible = instances(model);
        for (which, is_there, in_use) in placed {
            let instance = possible[which % possible.len()];
            let mut all = taken(&gpu);
            all.push(instance);
            if !is_layout(model, &all) {
                continue;
            }
            if is_there {
                gpu.there.push((instance, in_use));
            } else {
                gpu.promised.push(instance);
            }
        }
        gpu
    });
    prop::collection::vec(gpu, 1..=3)
}

fn taken(gpu: &Gpu) -> Vec<MigInstance> {
    let there = gpu.there.iter().map(|(instance, _)| *instance);
    there.chain(gpu.promised.iter().copied()).collect()
}

fn pools() -> impl Strategy<Value = Vec<Demand>> {
    let together = prop::sample::select(vec![Together::Node, Together::Anywhere]);
    let pool = (
        0..PROFILES.len(),
        0_u32..=3,
        1_u32..=3,
        prop::bool::weighted(0.8),
        together,
    );
    let pools = prop::collection::vec(pool, 1..=3);
    pools.prop_map(|pools| {
        let numbered = pools.into_iter().enumerate();
        let all = numbered.map(
            |(number, (which, replicas, size, divide, together))| Demand {
                mig_profile: Some(profile(PROFILES[which])),
                divide,
                together,
                ..demand(&format!("p{number}"), &MODELS, replicas, size)
            },
        );
        all.collect()
    })
}

fn instance_device(gpu: &Device, number: u32, instance: MigInstance, in_use: bool) -> Device {
    Device {
        id: DeviceId::Other(format!("MIG-{}-{number}", gpu.id).into()),
        mig_profile: Some(instance.profile),
        part_of: Some(PartOf {
            device: gpu.id.clone(),
            start: instance.start,
        }),
        mig_mode: MigMode::Disabled,
        memory_mib: geometry_memory(gpu, instance),
        in_use,
        ..gpu.clone()
    }
}

fn geometry_memory(gpu: &Device, instance: MigInstance) -> Option<u32> {
    MigGeometry::of(&gpu.model)
        .unwrap()
        .shape(instance.profile)?
        .memory_mib
}

fn whole(number: usize, gpu: &Gpu) -> Device {
    let mut device = devices(&format!("n{}", gpu.node), MODELS[gpu.model], 80_000, 1).remove(0);
    device.id = DeviceId::Index(u32::try_from(number).unwrap());
    device.mig_mode = MigMode::Enabled;
    device.in_use = gpu.busy;
    device
}

fn all_devices(gpus: &[Gpu]) -> Vec<Device> {
    let mut all = Vec::new();
    for (number, gpu) in gpus.iter().enumerate() {
        let whole = whole(number, gpu);
        for (part, (instance, in_use)) in (0..).zip(&gpu.there) {
            all.push(instance_device(&whole, part, *instance, *in_use));
        }
        all.push(whole);
    }
    all
}

fn reservations(gpus: &[Gpu]) -> Reservations {
    let mut all = Reservations::new();
    for (number, gpu) in gpus.iter().enumerate() {
        for instance in &gpu.promised {
            let key = format!("cluster/n{}/{number}/{instance}", gpu.node);
            all.insert(key.parse().unwrap(), "pool `other`".to_owned());
        }
    }
    all
}

/// How many instances of each profile a GPU can be given, in every way to which none can be added.
fn counts(gpu: &Gpu, asked: &BTreeSet<MigProfile>) -> BTreeSet<Vec<u32>> {
    let mut seen = BTreeSet::new();
    let possible: Vec<MigInstance> = instances(gpu.model)
        .into_iter()
        .filter(|instance| asked.contains(&instance.profile))
        .collect();
    let there = taken(gpu);
    let mut open = vec![Vec::new()];
    let mut known: BTreeSet<Vec<MigInstance>> = BTreeSet::new();
    while let Some(layout) = open.pop() {
        let count = |profile: &MigProfile| {
            let own = layout
                .iter()
                .filter(|one: &&MigInstance| one.profile == *profile);
            u32::try_from(own.count()).unwrap()
        };
        seen.insert(asked.iter().map(count).collect::<Vec<u32>>());
        for instance in &possible {
            let mut more = layout.clone();
            more.push(*instance);
            more.sort();
            let all: Vec<MigInstance> = there.iter().chain(&more).copied().collect();
            if is_layout(gpu.model, &all) && known.insert(more.clone()) {
                open.push(more);
            }
        }
    }
    let less = |one: &Vec<u32>, other: &Vec<u32>| {
        one != other && one.iter().zip(other).all(|(one, other)| one <= other)
    };
    let all = seen.clone();
    seen.retain(|one| !all.iter().any(|other| less(one, other)));
    seen
}

/// Whether some way to divide the GPUs holds all demands.
fn possible(gpus: &[Gpu], demands: &[Demand]) -> bool {
    let asked: BTreeSet<MigProfile> = demands.iter().filter_map(|one| one.mig_profile).collect();
    let mut ways: Vec<Vec<(usize, usize, Vec<u32>)>> = vec![Vec::new()];
    for gpu in gpus.iter().filter(|gpu| !gpu.busy) {
        let counts = counts(gpu, &asked);
        ways = ways
            .iter()
            .flat_map(|way| {
                counts.iter().map(move |count| {
                    let mut longer = way.clone();
                    longer.push((gpu.node, gpu.model, count.clone()));
                    longer
                })
            })
            .collect();
    }
    let mut tried = BTreeSet::new();
    ways.iter().any(|way| {
        let mut made: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
        for (node, model, counts) in way {
            for (number, count) in counts.iter().enumerate() {
                *made.entry((*node, *model, number)).or_default() += count;
            }
        }
        tried.insert(made.clone()) && holds(gpus, demands, &asked, &made)
    })
}

/// Whether the demands fit with so many instances made, by node, model and profile.
fn holds(
    gpus: &[Gpu],
    demands: &[Demand],
    asked: &BTreeSet<MigProfile>,
    made: &BTreeMap<(usize, usize, usize), u32>,
) -> bool {
    let mut cells = Vec::new();
    let mut kinds = Vec::new();
    for (number, profile) in asked.iter().enumerate() {
        for (node, model) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let of_node = gpus
                .iter()
                .filter(|gpu| (gpu.node, gpu.model) == (node, model));
            let there = of_node.flat_map(|gpu| &gpu.there);
            let idle = there.filter(|(one, in_use)| one.profile == *profile && !in_use);
            let to_make = made.get(&(node, model, number)).copied().unwrap_or(0);
            let idle = u32::try_from(idle.count()).unwrap();
            for (free, is_made) in [(idle, false), (to_make, true)] {
                let alike = model * 10 + number;
                cells.push(Cell {
                    node,
                    alike,
                    zone: None,
                    fabric: None,
                    free,
                });
                kinds.push((*profile, is_made));
            }
        }
    }
    let gangs: Vec<Gang> = demands
        .iter()
        .enumerate()
        .flat_map(|(pool, demand)| {
            let kinds = kinds.iter();
            let accepted = kinds.map(|(profile, is_made)| {
                demand.mig_profile == Some(*profile) && (demand.divide || !is_made)
            });
            gangs_of(pool, demand, accepted.collect())
        })
        .collect();
    World {
        cells,
        cpu: vec![0; 2],
    }
    .fits(&gangs)
}

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
