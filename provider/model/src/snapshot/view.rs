//! One device of a snapshot, readable.

use jiff::Timestamp;

use super::record::{Record, unpack_id};
use super::{Snapshot, SourceState};
use crate::{
    DeviceId, DeviceKey, Fabric, GpuModel, Grade, Health, MigMode, MigProfile, NodeName, NodeRoom,
    PartOf, Site,
};

/// One device of a snapshot; a pair of references, made on the way.
#[derive(Clone, Copy, Debug)]
pub struct DeviceView<'a> {
    snapshot: &'a Snapshot,
    record: &'a Record,
}

#[allow(
    clippy::indexing_slicing,
    reason = "the builder wrote the indexes with the tables"
)]
impl<'a> DeviceView<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, record: &'a Record) -> Self {
        Self { snapshot, record }
    }

    /// The source that reported the device.
    #[must_use]
    pub fn source(&self) -> &'a SourceState {
        &self.snapshot.sources[self.source_index()]
    }

    /// The source's position in [`Snapshot::sources`].
    #[must_use]
    pub fn source_index(&self) -> usize {
        usize::from(self.record.source)
    }

    /// The machine that the device sits in.
    #[must_use]
    pub fn node(&self) -> &'a NodeName {
        &self.snapshot.nodes[self.record.node as usize].1
    }

    /// The machine's number: equal for devices of one machine, and rising over [`Snapshot::devices`].
    #[must_use]
    pub fn node_index(&self) -> u32 {
        self.record.node
    }

    /// What the machine has free beside its GPUs.
    #[must_use]
    pub fn room(&self) -> NodeRoom {
        let room = self.snapshot.rooms.get(self.record.node as usize);
        room.copied().unwrap_or_default()
    }

    /// Where the device runs, under which software and at what price.
    #[must_use]
    pub fn site(&self) -> &'a Site {
        &self.snapshot.sites[self.site_index()]
    }

    /// The site's position in [`Snapshot::sites`].
    #[must_use]
    pub fn site_index(&self) -> usize {
        self.record.site as usize
    }

    /// The NVLink domain that the device is in; `None` for none, or where the source does not tell.
    #[must_use]
    pub fn fabric(&self) -> Option<&'a Fabric> {
        self.snapshot.fabrics.get(self.fabric_index()?)
    }

    /// The domain's position in [`Snapshot::fabrics`].
    #[must_use]
    pub fn fabric_index(&self) -> Option<usize> {
        (self.record.fabric as usize).checked_sub(1)
    }

    /// What the device is.
    #[must_use]
    pub fn model(&self) -> &'a GpuModel {
        &self.snapshot.models[self.model_index()]
    }

    /// The model's position in [`Snapshot::models`].
    #[must_use]
    pub fn model_index(&self) -> usize {
        usize::from(self.record.model)
    }

    /// The profile of a GPU instance; `None` for a whole device.
    #[must_use]
    pub fn mig_profile(&self) -> Option<MigProfile> {
        let position = usize::from(self.record.mig_profile).checked_sub(1)?;
        self.snapshot.mig_profiles.get(position).copied()
    }

    /// Which of the machine's devices.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        unpack_id(
            self.record.id_kind,
            self.record.id,
            &self.snapshot.other_ids,
        )
    }

    /// The name under which the device is reserved.
    #[must_use]
    pub fn key(&self) -> DeviceKey {
        DeviceKey {
            source: self.source().name.clone(),
            node: self.node().clone(),
            id: self.id(),
            instance: None,
        }
    }

    /// Where a GPU instance lies; `None` for a whole device, and where the source does not tell.
    #[must_use]
    pub fn part_of(&self) -> Option<&'a PartOf> {
        let parts = &self.snapshot.parts;
        let position = parts.binary_search_by(|(place, _)| place.cmp(&self.record.place()));
        Some(&parts.get(position.ok()?)?.1)
    }

    /// Total memory in MiB; `None` where the source does not tell.
    #[must_use]
    pub fn memory_mib(&self) -> Option<u32> {
        (self.record.memory_mib > 0).then_some(self.record.memory_mib)
    }

    /// How far the report can be trusted.
    #[must_use]
    pub fn grade(&self) -> Grade {
        self.record.grade
    }

    /// Whether it works.
    #[must_use]
    pub fn health(&self) -> Health {
        self.record.health
    }

    /// Whether it is divided into GPU instances.
    #[must_use]
    pub fn mig_mode(&self) -> MigMode {
        self.record.mig_mode
    }

    /// Whether something runs on it or holds it, as far as the source can tell.
    #[must_use]
    pub fn in_use(&self) -> bool {
        self.record.in_use
    }

    /// Who uses it, in the source's own words, where the source tells it.
    #[must_use]
    pub fn holder(&self) -> Option<&'a str> {
        let holders = &self.snapshot.holders;
        let position = holders.binary_search_by(|(place, _)| place.cmp(&self.record.place()));
        Some(&*holders.get(position.ok()?)?.1)
    }

    /// When the source saw it, to the second.
    #[must_use]
    pub fn observed_at(&self) -> Timestamp {
        Timestamp::from_second(i64::from(self.record.observed_at)).unwrap_or_default()
    }
}
