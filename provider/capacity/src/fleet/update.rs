//! Devices that change hands, without counting the others again.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use portcullis_model::{DeviceKey, DeviceView};

use super::instances::{self, Located};
use super::levels::edit;
use super::rooms::room_key;
use super::{Bin, Fleet, KindKey, State};

impl Fleet {
    /// Gives devices to a holder, as a plan does pool by pool. A device that is not free stays what it is.
    pub fn take<'a>(
        &mut self,
        devices: impl IntoIterator<Item = &'a DeviceKey> + Clone,
        holder: &str,
    ) {
        let snapshot = Arc::clone(&self.snapshot);
        self.held.resize(snapshot.devices().len(), 0);
        let holder = self.number_of_holder(holder);
        let mut changed = Changed::default();
        for located in instances::locate(&snapshot, devices).into_iter().flatten() {
            let position = match located {
                Located::There(position) => position,
                Located::ToMake(gpu, instance) => {
                    self.promise(gpu, instance, holder);
                    continue;
                }
            };
            let Some(device) = snapshot.device(position as usize) else {
                continue;
            };
            if !matches!(self.state_of(&device, position), State::Free) {
                continue;
            }
            let Some(number) = self.bin_of(&device) else {
                continue;
            };
            if let Some(slot) = self.held.get_mut(position as usize) {
                *slot = holder;
            }
            let Some(bin) = self.bins.get_mut(number) else {
                continue;
            };
            changed.note(number, bin);
            bin.free = bin.free.saturating_sub(1);
            if let Some(kind) = self.kinds.get_mut(bin.kind as usize) {
                kind.free = kind.free.saturating_sub(1);
                *kind.taken.held.entry(holder).or_default() += 1;
            }
        }
        self.settle(changed);
    }

    /// Takes devices back from whoever holds them. A device that is not held stays what it is.
    pub fn release<'a>(&mut self, devices: impl IntoIterator<Item = &'a DeviceKey> + Clone) {
        let snapshot = Arc::clone(&self.snapshot);
        let mut changed = Changed::default();
        for located in instances::locate(&snapshot, devices).into_iter().flatten() {
            let key = room_key(located);
            let Some(device) = snapshot.device(key.0 as usize) else {
                continue;
            };
            self.rooms.remove(&(device.node_index(), key));
            let position = match located {
                Located::There(position) => position,
                Located::ToMake(gpu, instance) => {
                    self.unpromise(gpu, instance);
                    continue;
                }
            };
            let slot = self.held.get_mut(position as usize);
            let holder = slot.map(std::mem::take).filter(|holder| *holder > 0);
            let Some((holder, number)) = holder.zip(self.bin_of(&device)) else {
                continue;
            };
            let Some(kind) = self.bins.get(number).map(|bin| bin.kind as usize) else {
                continue;
            };
            if let Some(held) = self.kinds.get_mut(kind).map(|kind| &mut kind.taken.held)
                && let Some(count) = held.get_mut(&holder)
            {
                *count -= 1;
                if *count == 0 {
                    held.remove(&holder);
                }
            }
            if self.count(&device, position, kind)
                && let Some(bin) = self.bins.get_mut(number)
            {
                changed.note(number, bin);
                bin.free += 1;
            }
        }
        self.settle(changed);
    }

    /// The number of a holder, from 1.
    fn number_of_holder(&mut self, holder: &str) -> u32 {
        let known = self.holders.iter().position(|known| known == holder);
        let position = known.unwrap_or_else(|| {
            self.holders.push(holder.to_owned());
            self.holders.len() - 1
        });
        u32::try_from(position + 1).unwrap_or(u32::MAX)
    }

    /// The bin of a device: that of its node, kind and domain. Most nodes have one.
    fn bin_of(&self, device: &DeviceView<'_>) -> Option<usize> {
        let node = device.node_index() as usize;
        let at = |node| self.bins_of_nodes.get(node).map(|at| *at as usize);
        let bins: Range<usize> = at(node)?..at(node + 1)?;
        if bins.len() == 1 {
            return Some(bins.start);
        }
        let key = KindKey::of(device);
        let fabric = device
            .fabric_index()
            .and_then(|fabric| u32::try_from(fabric).ok());
        let is_it = |bin: &Bin| {
            let kind = self.kinds.get(bin.kind as usize);
            bin.fabric == fabric && kind.is_some_and(|kind| kind.key() == key)
        };
        let place = self.bins.get(bins.clone())?.iter().position(is_it)?;
        Some(bins.start + place)
    }

    /// Puts changed bins into the levels that they belong to now, all of one level at once.
    fn settle(&mut self, changed: Changed) {
        let mut moves: Vec<Moves> = Vec::new();
        moves.resize_with(self.kinds.len(), Moves::new);
        for (number, before) in changed.falling() {
            let Some(bin) = self.bins.get(number as usize) else {
                continue;
            };
            let Some(moves) = moves.get_mut(bin.kind as usize) else {
                continue;
            };
            if bin.free != before {
                moves.entry(before).or_default().gone.push(number);
                moves.entry(bin.free).or_default().come.push(number);
            }
        }
        for (levels, moves) in self.levels.iter_mut().zip(moves) {
            // What has nothing free is in no level.
            for (free, Move { gone, come }) in moves.into_iter().filter(|(free, _)| *free > 0) {
                edit(levels, free, &gone, &come);
            }
        }
    }
}

/// What changes in the levels of one kind, by how much is free.
type Moves = BTreeMap<u32, Move>;

/// Bins that leave a level, and others that come to it; both lists fall.
#[derive(Debug, Default)]
struct Move {
    gone: Vec<u32>,
    come: Vec<u32>,
}

/// Bins whose free devices change, each with how many it had before, as often as one of them did.
#[derive(Debug, Default)]
struct Changed(Vec<(u32, u32)>);

impl Changed {
    fn note(&mut self, number: usize, bin: &Bin) {
        if let Ok(number) = u32::try_from(number)
            && self.0.last().is_none_or(|(last, _)| *last != number)
        {
            self.0.push((number, bin.free));
        }
    }

    /// Each bin once, with what it had first, the last bin first.
    fn falling(mut self) -> impl Iterator<Item = (u32, u32)> {
        // Stable: the first note of a bin stays the first.
        self.0.sort_by_key(|(number, _)| *number);
        self.0.dedup_by_key(|(number, _)| *number);
        self.0.into_iter().rev()
    }
}
