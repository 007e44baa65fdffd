//! Small fleets of GPUs in MIG mode, and every way to divide them.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_capacity::{Demand, MigGeometry, MigInstance, Reservations, Together};
use portcullis_model::{Device, DeviceId, MigMode, MigProfile, PartOf};
use proptest::prelude::*;

use crate::brute::story::gangs_of;
use crate::brute::{Cell, Gang, World};
use crate::fleets::{demand, devices};

pub(crate) const MODELS: [&str; 2] = ["H200", "A30"];
pub(crate) const PROFILES: [&str; 5] = ["1g.18gb", "2g.35gb", "3g.71gb", "1g.6gb", "2g.12gb"];

/// One GPU in MIG mode.
#[derive(Clone, Debug)]
pub(crate) struct Gpu {
    pub(crate) node: usize,
    pub(crate) model: usize,
    /// Whether something runs on the GPU itself.
    pub(crate) busy: bool,
    /// The instances that it has, and whether they are in use.
    pub(crate) there: Vec<(MigInstance, bool)>,
    /// Those that another workspace was promised, and that are not there.
    pub(crate) promised: Vec<MigInstance>,
}

pub(crate) fn profile(text: &str) -> MigProfile {
    text.parse().unwrap()
}

pub(crate) fn geometry(model: usize) -> &'static MigGeometry {
    MigGeometry::of(&MODELS[model].parse().unwrap()).unwrap()
}

/// Whether instances can lie on one GPU: written for nothing but being obviously right.
pub(crate) fn is_layout(model: usize, layout: &[MigInstance]) -> bool {
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
pub(crate) fn instances(model: usize) -> Vec<MigInstance> {
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

pub(crate) fn gpus() -> impl Strategy<Value = Vec<Gpu>> {
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

pub(crate) fn taken(gpu: &Gpu) -> Vec<MigInstance> {
    let there = gpu.there.iter().map(|(instance, _)| *instance);
    there.chain(gpu.promised.iter().copied()).collect()
}

pub(crate) fn pools() -> impl Strategy<Value = Vec<Demand>> {
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

pub(crate) fn instance_device(
    gpu: &Device,
    number: u32,
    instance: MigInstance,
    in_use: bool,
) -> Device {
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

pub(crate) fn geometry_memory(gpu: &Device, instance: MigInstance) -> Option<u32> {
    MigGeometry::of(&gpu.model)
        .unwrap()
        .shape(instance.profile)?
        .memory_mib
}

pub(crate) fn whole(number: usize, gpu: &Gpu) -> Device {
    let mut device = devices(&format!("n{}", gpu.node), MODELS[gpu.model], 80_000, 1).remove(0);
    device.id = DeviceId::Index(u32::try_from(number).unwrap());
    device.mig_mode = MigMode::Enabled;
    device.in_use = gpu.busy;
    device
}

pub(crate) fn all_devices(gpus: &[Gpu]) -> Vec<Device> {
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

pub(crate) fn reservations(gpus: &[Gpu]) -> Reservations {
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
pub(crate) fn counts(gpu: &Gpu, asked: &BTreeSet<MigProfile>) -> BTreeSet<Vec<u32>> {
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
pub(crate) fn possible(gpus: &[Gpu], demands: &[Demand]) -> bool {
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
pub(crate) fn holds(
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
