//! The devices that are free, counted by node and kind.

mod instances;
mod levels;
mod rooms;
mod update;

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_model::{
    DeviceKey, DeviceView, GpuModel, Health, MigMode, Name, Site, Snapshot, SourceState,
    SourceStatus,
};

pub(crate) use crate::kind::{Kind, KindKey};
use crate::{Demand, MigInstance};
pub(crate) use instances::Divisible;
use instances::{Located, Promise};
pub(crate) use levels::{Levels, remove};
use rooms::{HeldRoom, RoomKey};

/// Who holds which device, in the words that a diagnostic shows, such as ``pool `scoring` of `team:platform` ``.
pub type Reservations = BTreeMap<DeviceKey, String>;

/// The devices of a snapshot that are free: working, undivided, unused, unreserved and not stale.
///
/// Building it is one pass over the devices; every verdict of a plan then works on the counts, which taking and releasing
/// devices keeps up to date.
#[derive(Clone, Debug)]
pub struct Fleet {
    snapshot: Arc<Snapshot>,
    pub(crate) kinds: Vec<Kind>,
    numbers: BTreeMap<KindKey, usize>,
    pub(crate) bins: Vec<Bin>,
    /// Where the bins of each node begin, and where those of the last one end.
    bins_of_nodes: Vec<u32>,
    /// The bins of each kind that have something free.
    pub(crate) levels: Vec<Levels>,
    /// Bins of one node whose devices are alike, where there are several.
    pub(crate) mixed: Vec<Vec<u32>>,
    /// The names of holders, by number.
    holders: Vec<String>,
    /// Per device of the snapshot, the number of its holder from 1, 0 for none; empty when nothing is reserved.
    held: Vec<u32>,
    /// What replicas hold beside devices, by node and their first device.
    rooms: BTreeMap<(u32, RoomKey), HeldRoom>,
    /// Instances that are promised and not made yet, by the position of their GPU.
    promises: BTreeMap<u32, Vec<Promise>>,
    /// What the bins of instances that could be made hold, by their number: GPU and place.
    made: BTreeMap<u32, Vec<(u32, MigInstance)>>,
}

/// The devices of one node, kind and NVLink domain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bin {
    pub(crate) kind: u32,
    /// How many of them are free.
    pub(crate) free: u32,
    /// The position in the snapshot of the first of them.
    pub(crate) first: u32,
    /// The node's number.
    pub(crate) node: u32,
    /// The NVLink domain's number; `None` where there is none or the source does not tell.
    pub(crate) fabric: Option<u32>,
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
        let mut fleet = Self {
            snapshot: Arc::clone(snapshot),
            kinds: Vec::new(),
            numbers: BTreeMap::new(),
            bins: Vec::new(),
            bins_of_nodes: Vec::with_capacity(snapshot.node_count() + 1),
            levels: Vec::new(),
            mixed: Vec::new(),
            holders: Vec::new(),
            held: Vec::new(),
            rooms: BTreeMap::new(),
            promises: BTreeMap::new(),
            made: BTreeMap::new(),
        };
        fleet.reserve(reservations);
        // The bins of the node at hand are the last ones.
        let mut node = None;
        let mut node_bins = 0;
        let mut last = 0;
        for (position, device) in (0_u32..).zip(snapshot.devices()) {
            if node != Some(device.node_index()) {
                node = Some(device.node_index());
                node_bins = fleet.bins.len();
                fleet.begin_bins(device.node_index() as usize + 1);
            }
            last = fleet.number_of(&device, last);
            let free = fleet.count(&device, position, last);
            fleet.add_to_bin(node_bins, last, &device, position, free);
        }
        fleet.begin_bins(snapshot.node_count() + 1);
        fleet.levels.resize(fleet.kinds.len(), Levels::new());
        let numbered: Vec<(u32, Bin)> = (0_u32..).zip(fleet.bins.iter().copied()).collect();
        for (number, bin) in numbered.into_iter().rev().filter(|(_, bin)| bin.free > 0) {
            if let Some(levels) = fleet.levels.get_mut(bin.kind as usize) {
                levels.entry(bin.free).or_default().push(number);
            }
        }
        fleet
    }

    fn reserve(&mut self, reservations: &Reservations) {
        if reservations.is_empty() {
            return;
        }
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let located = instances::locate(&self.snapshot, reservations.keys());
        self.held.resize(self.snapshot.devices().len(), 0);
        for (holder, located) in reservations.values().zip(located) {
            let Some(located) = located else {
                continue;
            };
            let number = *numbers.entry(holder).or_insert_with(|| {
                self.holders.push(holder.clone());
                u32::try_from(self.holders.len()).unwrap_or(u32::MAX)
            });
            match located {
                Located::There(position) => {
                    if let Some(slot) = self.held.get_mut(position as usize) {
                        *slot = number;
                    }
                }
                Located::ToMake(gpu, instance) => self.promise(gpu, instance, number),
            }
        }
    }

    /// The nodes before this one have no bins beyond those that are there.
    fn begin_bins(&mut self, nodes: usize) {
        let here = u32::try_from(self.bins.len()).unwrap_or(u32::MAX);
        self.bins_of_nodes.resize(nodes, here);
    }

    /// Counts a device for its kind, and tells whether it is free.
    fn count(&mut self, device: &DeviceView<'_>, position: u32, number: usize) -> bool {
        let state = self.state_of(device, position);
        let Some(kind) = self.kinds.get_mut(number) else {
            return false;
        };
        match state {
            State::Free => kind.free += 1,
            State::Held(holder) => *kind.taken.held.entry(holder).or_default() += 1,
            State::Unhealthy => kind.taken.unhealthy += 1,
            State::Divided => kind.taken.divided += 1,
            State::InUse => kind.taken.in_use += 1,
            State::Stale => kind.taken.stale += 1,
        }
        matches!(state, State::Free)
    }

    fn add_to_bin(
        &mut self,
        node_bins: usize,
        number: usize,
        device: &DeviceView<'_>,
        position: u32,
        free: bool,
    ) {
        let kind = u32::try_from(number).unwrap_or(u32::MAX);
        let fabric = device
            .fabric_index()
            .and_then(|fabric| u32::try_from(fabric).ok());
        let free = u32::from(free);
        let of_node = self.bins.get_mut(node_bins..).unwrap_or_default();
        let same = |bin: &&mut Bin| bin.kind == kind && bin.fabric == fabric;
        if let Some(bin) = of_node.iter_mut().find(same) {
            bin.free += free;
            return;
        }
        let new = u32::try_from(self.bins.len()).unwrap_or(u32::MAX);
        let alike = |kind: u32| self.kinds.get(kind as usize).map(Kind::alike);
        let other = (node_bins..)
            .zip(self.bins.get(node_bins..).unwrap_or_default())
            .find(|(_, bin)| alike(bin.kind) == alike(kind));
        if let Some(other) = other.and_then(|(other, _)| u32::try_from(other).ok()) {
            // The groups of this node are the last ones, and each begins with its first bin.
            let first = |group: &&mut Vec<u32>| group.first().copied();
            let mut groups = self.mixed.iter_mut().rev();
            let mut of_node = groups
                .by_ref()
                .take_while(|group| first(group) >= u32::try_from(node_bins).ok());
            match of_node.find(|group| first(group) == Some(other)) {
                Some(group) => group.push(new),
                None => self.mixed.push(vec![other, new]),
            }
        }
        self.bins.push(Bin {
            kind,
            free,
            first: position,
            node: device.node_index(),
            fabric,
        });
    }

    /// The snapshot that was counted.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The number of a device's kind; devices of a node mostly have the kind of the last one.
    fn number_of(&mut self, device: &DeviceView<'_>, last: usize) -> usize {
        let key = KindKey::of(device);
        if self.kinds.get(last).is_some_and(|kind| kind.key() == key) {
            return last;
        }
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        self.kinds.push(Kind::new(&key));
        self.numbers.insert(key, self.kinds.len() - 1);
        self.kinds.len() - 1
    }

    fn state_of(&self, device: &DeviceView<'_>, position: u32) -> State {
        if let Some(holder) = self
            .held
            .get(position as usize)
            .filter(|holder| **holder > 0)
        {
            return State::Held(*holder);
        }
        match (device.health(), device.mig_mode(), device.in_use()) {
            _ if matches!(device.source().status, SourceStatus::Stale { .. }) => State::Stale,
            (Health::Unhealthy | Health::Lost, _, _) => State::Unhealthy,
            (_, MigMode::Enabled, _) => State::Divided,
            (_, _, true) => State::InUse,
            (
                Health::Healthy | Health::Unreported | Health::Degraded,
                MigMode::Disabled | MigMode::Unreported,
                false,
            ) => State::Free,
        }
    }

    /// The free devices of a bin, in the order of the snapshot.
    pub(crate) fn devices_of(&self, bin: &Bin) -> impl Iterator<Item = DeviceView<'_>> {
        let kind = self.kinds.get(bin.kind as usize).map(Kind::key);
        let Bin { node, fabric, .. } = *bin;
        (bin.first..)
            .map_while(|position| Some((position, self.snapshot.device(position as usize)?)))
            .take_while(move |(_, device)| device.node_index() == node)
            .filter(move |(position, device)| {
                kind == Some(KindKey::of(device))
                    && fabric
                        == device
                            .fabric_index()
                            .and_then(|one| u32::try_from(one).ok())
                    && matches!(self.state_of(device, *position), State::Free)
            })
            .map(|(_, device)| device)
            .take(bin.free as usize)
    }

    pub(crate) fn kind_of(&self, bin: &Bin) -> Option<&Kind> {
        self.kinds.get(bin.kind as usize)
    }

    pub(crate) fn model_of(&self, kind: &Kind) -> Option<&GpuModel> {
        self.snapshot.models().get(kind.model)
    }

    pub(crate) fn source_of(&self, kind: &Kind) -> Option<&SourceState> {
        self.snapshot.sources().get(kind.source)
    }

    pub(crate) fn site_of(&self, kind: &Kind) -> Option<&Site> {
        self.snapshot.sites().get(kind.site)
    }

    pub(crate) fn holder(&self, number: u32) -> &str {
        let position = (number as usize).checked_sub(1);
        let holder = position.and_then(|position| self.holders.get(position));
        holder.map_or("?", String::as_str)
    }

    /// The sources that a demand may use and that did not tell everything, or told it too long ago.
    pub(crate) fn doubtful_sources<'a>(
        &'a self,
        demand: &'a Demand,
    ) -> impl Iterator<Item = &'a SourceState> {
        self.snapshot.sources().iter().filter(|source| {
            (source.status != SourceStatus::Complete || demand.too_old(source).is_some())
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
