//! The devices that are free, counted by node and kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_model::{
    DeviceKey, DeviceView, GpuModel, Grade, Health, MigMode, MigProfile, Name, Snapshot,
    SourceState, SourceStatus,
};

use crate::Demand;

/// Who holds which device, in the words that a diagnostic shows, such as ``pool `scoring` of `team:platform` ``.
pub type Reservations = BTreeMap<DeviceKey, String>;

/// The devices of a snapshot that are free: healthy, undivided, unused, unreserved and not stale.
///
/// Building it is one pass over the devices; every verdict of a plan then works on the counts.
#[derive(Clone, Debug)]
pub struct Fleet {
    snapshot: Arc<Snapshot>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) bins: Vec<Bin>,
    /// Per device of the snapshot, the number of its holder; empty when nothing is reserved.
    held: Vec<Option<u32>>,
}

/// Devices that no demand can tell apart, and what became of those that are not free.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) source: usize,
    pub(crate) model: usize,
    pub(crate) mig_profile: Option<MigProfile>,
    pub(crate) memory_mib: Option<u32>,
    pub(crate) grade: Grade,
    pub(crate) taken: Taken,
    pub(crate) free: u64,
}

/// Devices that are there and not free, each counted once under the first reason that holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) held: BTreeMap<String, u64>,
    pub(crate) unhealthy: u64,
    pub(crate) divided: u64,
    pub(crate) in_use: u64,
    pub(crate) stale: u64,
}

/// The free, identical devices of one node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bin {
    pub(crate) kind: u32,
    pub(crate) free: u32,
    /// The position in the snapshot of the first of them.
    pub(crate) first: u32,
}

enum State {
    Free,
    Held(u32),
    Unhealthy,
    Divided,
    InUse,
    Stale,
}

impl Fleet {
    /// Counts what is free of a snapshot under these reservations.
    ///
    /// A reservation of a device that the snapshot does not have takes nothing away: the device
    /// is not there to be counted either.
    #[must_use]
    pub fn new(snapshot: &Arc<Snapshot>, reservations: &Reservations) -> Self {
        let holders: Vec<&String> = reservations.values().collect();
        let mut held = Vec::new();
        if !reservations.is_empty() {
            held.resize(snapshot.devices().len(), None);
            for (holder, position) in (0_u32..).zip(snapshot.positions(reservations.keys())) {
                if let Some(slot) = position.and_then(|position| held.get_mut(position)) {
                    *slot = Some(holder);
                }
            }
        }
        let mut fleet = Self {
            snapshot: Arc::clone(snapshot),
            kinds: Vec::new(),
            bins: Vec::new(),
            held,
        };
        // The bins of the node at hand are the last ones.
        let mut node = None;
        let mut node_bins = 0;
        let mut last_kind = 0;
        for (position, device) in (0_u32..).zip(snapshot.devices()) {
            if node != Some(device.node_index()) {
                node = Some(device.node_index());
                node_bins = fleet.bins.len();
            }
            last_kind = fleet.kind_of(&device, last_kind);
            let state = fleet.state_of(&device, position);
            let Some(kind) = fleet.kinds.get_mut(last_kind) else {
                continue;
            };
            match state {
                State::Free => kind.free += 1,
                State::Held(holder) => {
                    let holder = holders
                        .get(holder as usize)
                        .map_or("?", |holder| holder.as_str());
                    *kind.taken.held.entry(holder.to_owned()).or_default() += 1;
                    continue;
                }
                State::Unhealthy => kind.taken.unhealthy += 1,
                State::Divided => kind.taken.divided += 1,
                State::InUse => kind.taken.in_use += 1,
                State::Stale => kind.taken.stale += 1,
            }
            if matches!(state, State::Free) {
                fleet.add_to_bin(node_bins, last_kind, position);
            }
        }
        fleet
    }

    /// Gives devices to a holder, as a plan does pool by pool. A device that is not free stays what it is.
    pub fn take<'a>(&mut self, devices: impl IntoIterator<Item = &'a DeviceKey>, holder: &str) {
        let snapshot = Arc::clone(&self.snapshot);
        self.held.resize(snapshot.devices().len(), None);
        for position in snapshot.positions(devices).into_iter().flatten() {
            let Some((device, index)) = snapshot.device(position).zip(u32::try_from(position).ok())
            else {
                continue;
            };
            if !matches!(self.state_of(&device, index), State::Free) {
                continue;
            }
            let kind = self.kind_of(&device, 0);
            if let Some(slot) = self.held.get_mut(position) {
                *slot = Some(u32::MAX);
            }
            if let Some(kind) = self.kinds.get_mut(kind) {
                kind.free = kind.free.saturating_sub(1);
                *kind.taken.held.entry(holder.to_owned()).or_default() += 1;
            }
            if let Some(bin) = self.bin_of(&device, kind, index) {
                bin.free = bin.free.saturating_sub(1);
            }
        }
    }

    /// The bin that counts a free device: the latest that starts at or before it and is of its kind.
    fn bin_of(&mut self, device: &DeviceView<'_>, kind: usize, position: u32) -> Option<&mut Bin> {
        let kind = u32::try_from(kind).ok()?;
        let end = self.bins.partition_point(|bin| bin.first <= position);
        let before = self.bins.get_mut(..end)?;
        let snapshot = Arc::clone(&self.snapshot);
        let same_node = |bin: &Bin| {
            let first = snapshot.device(bin.first as usize);
            first.is_some_and(|first| first.node_index() == device.node_index())
        };
        before
            .iter_mut()
            .rev()
            .take_while(|bin| same_node(bin))
            .find(|bin| bin.kind == kind)
    }

    /// The snapshot that was counted.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    fn kind_of(&mut self, device: &DeviceView<'_>, last: usize) -> usize {
        let same = |kind: &Kind| {
            kind.model == device.model_index()
                && kind.mig_profile == device.mig_profile()
                && kind.source == device.source_index()
                && kind.memory_mib == device.memory_mib()
                && kind.grade == device.grade()
        };
        if self.kinds.get(last).is_some_and(same) {
            return last;
        }
        self.kinds.iter().position(same).unwrap_or_else(|| {
            self.kinds.push(Kind {
                source: device.source_index(),
                model: device.model_index(),
                mig_profile: device.mig_profile(),
                memory_mib: device.memory_mib(),
                grade: device.grade(),
                taken: Taken::default(),
                free: 0,
            });
            self.kinds.len() - 1
        })
    }

    fn state_of(&self, device: &DeviceView<'_>, position: u32) -> State {
        if let Some(Some(holder)) = self.held.get(position as usize) {
            return State::Held(*holder);
        }
        match (device.health(), device.mig_mode(), device.in_use()) {
            _ if matches!(device.source().status, SourceStatus::Stale { .. }) => State::Stale,
            (Health::Degraded | Health::Unhealthy | Health::Lost, _, _) => State::Unhealthy,
            (_, MigMode::Enabled, _) => State::Divided,
            (_, _, true) => State::InUse,
            (
                Health::Healthy | Health::Unreported,
                MigMode::Disabled | MigMode::Unreported,
                false,
            ) => State::Free,
        }
    }

    fn add_to_bin(&mut self, node_bins: usize, kind: usize, position: u32) {
        let kind = u32::try_from(kind).unwrap_or(u32::MAX);
        let of_node = self.bins.get_mut(node_bins..).unwrap_or_default();
        match of_node.iter_mut().find(|bin| bin.kind == kind) {
            Some(bin) => bin.free += 1,
            None => self.bins.push(Bin {
                kind,
                free: 1,
                first: position,
            }),
        }
    }

    /// The free devices of a bin, in the order of the snapshot.
    pub(crate) fn devices_of(&self, bin: &Bin) -> Vec<DeviceView<'_>> {
        let kind = self.kinds.get(bin.kind as usize);
        let Some(first) = self.snapshot.device(bin.first as usize) else {
            return Vec::new();
        };
        (bin.first..)
            .map_while(|position| Some((position, self.snapshot.device(position as usize)?)))
            .take_while(|(_, device)| device.node_index() == first.node_index())
            .filter(|(position, device)| {
                kind.is_some_and(|kind| {
                    kind.model == device.model_index()
                        && kind.mig_profile == device.mig_profile()
                        && kind.memory_mib == device.memory_mib()
                        && kind.grade == device.grade()
                }) && matches!(self.state_of(device, *position), State::Free)
            })
            .map(|(_, device)| device)
            .take(bin.free as usize)
            .collect()
    }

    pub(crate) fn model_of(&self, kind: &Kind) -> Option<&GpuModel> {
        self.snapshot.models().get(kind.model)
    }

    pub(crate) fn source_of(&self, kind: &Kind) -> Option<&SourceState> {
        self.snapshot.sources().get(kind.source)
    }

    /// How a kind of device answers a demand.
    pub(crate) fn match_of(&self, demand: &Demand, kind: &Kind) -> Match {
        let (Some(model), Some(source)) = (self.model_of(kind), self.source_of(kind)) else {
            return Match::No;
        };
        let any_model = demand.models.is_empty();
        let model_might = any_model || demand.models.iter().any(|asked| asked.might_accept(model));
        if demand.mig_profile != kind.mig_profile {
            return Match::No;
        }
        if !model_might || !demand.takes_from(&source.name) || kind.grade < demand.minimum_grade {
            return Match::No;
        }
        let model_is = any_model || demand.models.iter().any(|asked| asked.accepts(model));
        match (demand.memory_mib_min, kind.memory_mib) {
            (Some(least), Some(memory)) if memory < least => Match::No,
            (Some(_), None) => Match::Perhaps,
            _ if model_is => Match::Yes,
            _ => Match::Perhaps,
        }
    }

    /// The sources that a demand may use and that did not tell everything.
    pub(crate) fn doubtful_sources<'a>(
        &'a self,
        demand: &'a Demand,
    ) -> impl Iterator<Item = &'a SourceState> {
        self.snapshot.sources().iter().filter(|source| {
            source.status != SourceStatus::Complete
                && source.grade >= demand.minimum_grade
                && demand.takes_from(&source.name)
        })
    }

    pub(crate) fn has_source(&self, name: &Name) -> bool {
        self.snapshot
            .sources()
            .iter()
            .any(|source| source.name == *name)
    }
}

/// How a kind of device answers a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// It is not what is asked for.
    No,
    /// It would be if its source told the memory or the size.
    Perhaps,
    /// It is.
    Yes,
}
