//! What replicas hold of their nodes beside their devices.

use std::collections::BTreeMap;

use portcullis_model::{DeviceKey, NodeRoom};

use super::Fleet;
use super::instances::{self, Located};
use crate::MigInstance;
use crate::demand::Beside;

/// What a replica holds of its node beside its devices.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldRoom {
    holder: u32,
    beside: Beside,
}

/// The first device of a replica: its position, and of an instance that is to be made where on it.
pub(super) type RoomKey = (u32, Option<MigInstance>);

/// CPU in thousandths and memory in MiB that replicas hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) cpu_milli: u64,
    pub(crate) memory_mib: u64,
}

impl Room {
    fn add(&mut self, beside: Beside) {
        self.cpu_milli += u64::from(beside.cpu_milli.unwrap_or(0));
        self.memory_mib += u64::from(beside.memory_mib.unwrap_or(0));
    }
}

impl Fleet {
    /// Lets a replica hold CPU and memory of its node beside the devices that it holds already; they are given back with
    /// its first device.
    ///
    /// Of a replica whose devices are in use the source counts what it takes, so nothing is taken a second time.
    pub fn take_beside<'a>(
        &mut self,
        devices: impl IntoIterator<Item = &'a DeviceKey> + Clone,
        beside: Beside,
    ) {
        if beside == Beside::default() {
            return;
        }
        let located = instances::locate(&self.snapshot, devices)
            .into_iter()
            .flatten();
        let keys: Vec<RoomKey> = located.map(room_key).collect();
        let device = |(position, _): &RoomKey| self.snapshot.device(*position as usize);
        // Nothing runs on an instance that is not made.
        let runs = keys
            .iter()
            .filter(|(_, instance)| instance.is_none())
            .filter_map(device)
            .any(|device| device.in_use());
        let first = keys
            .iter()
            .min()
            .and_then(|first| Some((*first, device(first)?)));
        if let Some((key, device)) = first.filter(|_| !runs) {
            let held = HeldRoom {
                holder: self.holder_of(key),
                beside,
            };
            self.rooms.insert((device.node_index(), key), held);
        }
    }

    /// The number of who holds a device, or an instance that is to be made.
    fn holder_of(&self, (position, instance): RoomKey) -> u32 {
        let Some(instance) = instance else {
            return self.held.get(position as usize).copied().unwrap_or(0);
        };
        let promises = self.promises.get(&position).into_iter().flatten();
        let mut own = promises.filter(|promise| promise.instance == instance);
        own.next().map_or(0, |promise| promise.holder)
    }

    /// What a node has free beside its devices, as far as its source tells: what replicas hold is taken from it.
    pub(crate) fn room_of(&self, node: u32, told: NodeRoom) -> NodeRoom {
        let mut taken = Room::default();
        let from = self.rooms.range((node, (0, None))..);
        for (_, held) in from.take_while(|((on, _), _)| *on == node) {
            taken.add(held.beside);
        }
        let left = |told: Option<u32>, taken: u64| {
            told.map(|told| told.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX)))
        };
        NodeRoom {
            cpu_milli: left(told.cpu_milli, taken.cpu_milli),
            memory_mib: left(told.memory_mib, taken.memory_mib),
        }
    }

    /// What each holder holds beside devices, by name.
    pub(crate) fn rooms_by_holder(&self) -> BTreeMap<&str, Room> {
        let mut rooms: BTreeMap<&str, Room> = BTreeMap::new();
        for held in self.rooms.values() {
            let room = rooms.entry(self.holder(held.holder)).or_default();
            room.add(held.beside);
        }
        rooms
    }
}

/// What finds the room of the replica whose first device this is.
pub(super) fn room_key(located: Located) -> RoomKey {
    match located {
        Located::There(position) => (position, None),
        Located::ToMake(gpu, instance) => (gpu, Some(instance)),
    }
}
