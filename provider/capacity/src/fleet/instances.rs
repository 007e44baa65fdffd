//! GPU instances that are not there: those that are promised, and those that could be made.

use std::collections::BTreeMap;

use portcullis_model::{DeviceKey, DeviceView, MigMode, MigProfile, Snapshot};

use super::{Bin, Fleet, Kind, KindKey, Levels, State};
use crate::Demand;
use crate::mig::{AtPlace, MigGeometry, MigInstance, instance_at, instances_on, node_of};
use crate::want::Reading;

/// An instance that is promised to somebody and not made yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Promise {
    pub(super) instance: MigInstance,
    pub(super) holder: u32,
}

/// Where the key of a device leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Located {
    /// A device that is there, by its position.
    There(u32),
    /// An instance that is to be made on the GPU at this position.
    ToMake(u32, MigInstance),
}

/// A GPU in MIG mode on which instances could be made.
#[derive(Clone, Debug)]
pub(crate) struct Divisible {
    /// Its position in the snapshot.
    pub(crate) gpu: u32,
    pub(crate) geometry: &'static MigGeometry,
    /// The instances that it has.
    there: Vec<MigInstance>,
    /// Those that are promised beside them.
    promised: Vec<Promise>,
    /// The profiles of which somebody may make instances on it, rising.
    pub(crate) profiles: Vec<MigProfile>,
}

impl Divisible {
    /// What is there and what is promised.
    pub(crate) fn taken(&self) -> Vec<MigInstance> {
        let promised = self.promised.iter().map(|promise| promise.instance);
        self.there.iter().copied().chain(promised).collect()
    }

    /// The most instances of one profile beside these.
    fn most(&self, taken: &[MigInstance], profile: MigProfile) -> u64 {
        let layouts = self.geometry.maximal(taken, &[profile]);
        layouts.iter().map(Vec::len).max().unwrap_or(0) as u64
    }
}

/// Where keys lead; those of devices that the snapshot does not have lead nowhere.
pub(super) fn locate<'a>(
    snapshot: &Snapshot,
    keys: impl IntoIterator<Item = &'a DeviceKey> + Clone,
) -> Vec<Option<Located>> {
    let positions = snapshot.positions(keys.clone());
    let located = keys.into_iter().zip(positions).map(|(key, position)| {
        let position = position?;
        let there = match key.instance {
            None => position,
            Some(instance) => match instance_at(snapshot, position, instance) {
                AtPlace::Made(made) => made,
                AtPlace::Open => {
                    return Some(Located::ToMake(u32::try_from(position).ok()?, instance));
                }
                // What is there goes before what was promised.
                AtPlace::Taken(_) => return None,
            },
        };
        Some(Located::There(u32::try_from(there).ok()?))
    });
    located.collect()
}

impl Fleet {
    /// Promises an instance that is not made yet. One that could not lie beside those that are promised is not.
    pub(super) fn promise(&mut self, gpu: u32, instance: MigInstance, holder: u32) {
        let model = self.snapshot.device(gpu as usize);
        let Some(geometry) = model.and_then(|device| MigGeometry::of(device.model())) else {
            return;
        };
        let promises = self.promises.entry(gpu).or_default();
        if !promises
            .iter()
            .any(|promise| geometry.overlap(promise.instance, instance))
        {
            promises.push(Promise { instance, holder });
        }
    }

    /// Takes back the promise of an instance.
    pub(super) fn unpromise(&mut self, gpu: u32, instance: MigInstance) {
        if let Some(promises) = self.promises.get_mut(&gpu) {
            promises.retain(|promise| promise.instance != instance);
        }
    }

    /// Every instance that is promised and not made, with its holder.
    pub(crate) fn promises(&self) -> impl Iterator<Item = (DeviceKey, DeviceView<'_>, &str)> {
        self.promises.iter().flat_map(move |(gpu, promises)| {
            let device = self.snapshot.device(*gpu as usize);
            promises.iter().filter_map(move |promise| {
                let device = device?;
                let key = DeviceKey {
                    instance: Some(promise.instance),
                    ..device.key()
                };
                Some((key, device, self.holder(promise.holder)))
            })
        })
    }

    /// The GPUs in MIG mode on which instances could be made that one of these demands takes. Where a source does not tell
    /// on which GPU instances lie, `reading` decides whether they are taken to lie on none.
    pub(crate) fn divisible(&self, demands: &[&Demand], reading: Reading) -> Vec<Divisible> {
        let mut all = Vec::new();
        for (position, device) in (0_u32..).zip(self.snapshot.devices()) {
            let candidate = device.mig_profile().is_none()
                && device.mig_mode() == MigMode::Enabled
                && !device.in_use();
            if !candidate || !matches!(self.state_of(&device, position), State::Divided) {
                continue;
            }
            let Some(geometry) = MigGeometry::of(device.model()) else {
                continue;
            };
            let profiles = self.profiles_for(&device, geometry, demands, reading);
            let told = reading == Reading::Generous || !self.is_untold(position, &device);
            if profiles.is_empty() || !told {
                continue;
            }
            let there = instances_on(&self.snapshot, position as usize);
            all.push(Divisible {
                gpu: position,
                geometry,
                there: there.map(|(_, instance)| instance).collect(),
                promised: self.promises.get(&position).cloned().unwrap_or_default(),
                profiles,
            });
        }
        all
    }

    /// Whether a GPU that a demand would divide has instances of which it is not told where they lie.
    pub(crate) fn has_untold(&self, demand: &Demand) -> bool {
        let all = self.divisible(&[demand], Reading::Generous);
        all.iter().any(|one| {
            let device = self.snapshot.device(one.gpu as usize);
            device.is_some_and(|device| self.is_untold(one.gpu, &device))
        })
    }

    /// Whether the node has instances of that model of which its source does not tell where they lie.
    fn is_untold(&self, gpu: u32, device: &DeviceView<'_>) -> bool {
        node_of(&self.snapshot, gpu as usize).any(|(_, other)| {
            other.mig_profile().is_some()
                && other.part_of().is_none()
                && other.model_index() == device.model_index()
        })
    }

    fn profiles_for(
        &self,
        device: &DeviceView<'_>,
        geometry: &MigGeometry,
        demands: &[&Demand],
        reading: Reading,
    ) -> Vec<MigProfile> {
        let wanted = demands.iter().filter_map(|demand| {
            let profile = demand.to_make()?;
            geometry.shape(profile)?;
            let kind = Kind::new(&self.key_to_make(device, geometry, profile));
            let answer = self.match_of(demand, &kind);
            reading.takes(answer).then_some(profile)
        });
        let mut profiles: Vec<MigProfile> = wanted.collect();
        profiles.sort_unstable();
        profiles.dedup();
        profiles
    }

    /// What instances of a profile would be: with the memory of those that are there, where some are.
    fn key_to_make(
        &self,
        device: &DeviceView<'_>,
        geometry: &MigGeometry,
        profile: MigProfile,
    ) -> KindKey {
        let mut alike = self
            .kinds
            .iter()
            .filter(|kind| kind.model == device.model_index() && kind.mig_profile == Some(profile));
        let documented = || geometry.shape(profile).and_then(|shape| shape.memory_mib);
        let memory = alike.find_map(|kind| kind.memory_mib).or_else(documented);
        KindKey::of(device).divided(profile, memory)
    }

    /// The fleet with these instances made, one list for each GPU. Of what was counted before nothing changes.
    pub(crate) fn with_made(&self, gpus: &[Divisible], layouts: &[Vec<MigInstance>]) -> Self {
        let mut fleet = self.clone();
        let mut bins: BTreeMap<(u32, usize, Option<u32>), u32> = BTreeMap::new();
        for (one, layout) in gpus.iter().zip(layouts) {
            let Some(device) = self.snapshot.device(one.gpu as usize) else {
                continue;
            };
            let fabric = device.fabric_index();
            let fabric = fabric.and_then(|fabric| u32::try_from(fabric).ok());
            for profile in &one.profiles {
                let kind = fleet.number_of_key(self.key_to_make(&device, one.geometry, *profile));
                fleet.count_promised(kind, one, *profile);
                // The last units first: what is made later has the most room when the first stay free.
                let made = layout.iter().rev().filter(|made| made.profile == *profile);
                let made: Vec<MigInstance> = made.copied().collect();
                if made.is_empty() {
                    continue;
                }
                let number = *bins
                    .entry((device.node_index(), kind, fabric))
                    .or_insert_with(|| fleet.add_bin(kind, one.gpu, device.node_index(), fabric));
                fleet.fill_bin(number, one.gpu, &made);
            }
        }
        for number in fleet.made.keys().rev() {
            let bin = fleet.bins.get(*number as usize);
            let levels = bin.and_then(|bin| fleet.levels.get_mut(bin.kind as usize));
            if let Some((bin, levels)) = bin.zip(levels) {
                levels.entry(bin.free).or_default().push(*number);
            }
        }
        fleet
    }

    /// Whether instances that could be made are counted in it.
    pub(crate) fn has_made(&self) -> bool {
        !self.made.is_empty()
    }

    fn number_of_key(&mut self, key: KindKey) -> usize {
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        self.kinds.push(Kind::new(&key));
        self.levels.push(Levels::new());
        self.numbers.insert(key, self.kinds.len() - 1);
        self.kinds.len() - 1
    }

    /// Counts for its holder by how many instances of a profile each promise leaves fewer.
    fn count_promised(&mut self, kind: usize, gpu: &Divisible, profile: MigProfile) {
        if gpu.promised.is_empty() {
            return;
        }
        let mut taken = gpu.there.clone();
        let mut before = gpu.most(&taken, profile);
        for promise in &gpu.promised {
            taken.push(promise.instance);
            let left = gpu.most(&taken, profile);
            if let Some(kind) = self.kinds.get_mut(kind).filter(|_| before > left) {
                *kind.taken.held.entry(promise.holder).or_default() += before - left;
            }
            before = left;
        }
    }

    /// Adds an empty bin of instances that could be made, beside those of its node that are alike.
    fn add_bin(&mut self, kind: usize, first: u32, node: u32, fabric: Option<u32>) -> u32 {
        let new = u32::try_from(self.bins.len()).unwrap_or(u32::MAX);
        let alike = self.kinds.get(kind).map(Kind::alike);
        let is_alike = |number: &u32| {
            let bin = self.bins.get(*number as usize);
            bin.is_some_and(|bin| bin.node == node && self.kind_of(bin).map(Kind::alike) == alike)
        };
        let group = self
            .mixed
            .iter()
            .position(|group| group.iter().any(is_alike));
        let at = |node: u32| self.bins_of_nodes.get(node as usize).copied().unwrap_or(0);
        let made = self.made.keys().copied();
        let other = (at(node)..at(node + 1)).chain(made).find(is_alike);
        match (group.and_then(|group| self.mixed.get_mut(group)), other) {
            (Some(group), _) => group.push(new),
            (None, Some(other)) => self.mixed.push(vec![other, new]),
            (None, None) => {}
        }
        self.made.insert(new, Vec::new());
        self.bins.push(Bin {
            kind: u32::try_from(kind).unwrap_or(u32::MAX),
            free: 0,
            first,
            node,
            fabric,
        });
        new
    }

    fn fill_bin(&mut self, number: u32, gpu: u32, made: &[MigInstance]) {
        let count = u32::try_from(made.len()).unwrap_or(u32::MAX);
        let all = self.made.entry(number).or_default();
        all.extend(made.iter().map(|instance| (gpu, *instance)));
        if let Some(bin) = self.bins.get_mut(number as usize) {
            bin.free += count;
            if let Some(kind) = self.kinds.get_mut(bin.kind as usize) {
                kind.free += u64::from(count);
            }
        }
    }

    /// The keys of what is free in a bin, in the order of the snapshot.
    pub(crate) fn keys_of(&self, number: u32) -> Vec<DeviceKey> {
        if let Some(made) = self.made.get(&number) {
            let keys = made.iter().filter_map(|(gpu, instance)| {
                Some(DeviceKey {
                    instance: Some(*instance),
                    ..self.snapshot.device(*gpu as usize)?.key()
                })
            });
            return keys.collect();
        }
        let bin = self.bins.get(number as usize);
        let devices = bin.into_iter().flat_map(|bin| self.devices_of(bin));
        devices.map(|device| device.key()).collect()
    }
}
