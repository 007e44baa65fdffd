//! The GPUs of the world at one time, packed.

mod builder;
mod conflict;
mod digest;
mod index;
mod packed;
mod record;
mod sites;
mod source_state;
#[cfg(test)]
mod tests;
mod twice;
mod view;

pub use builder::SnapshotBuilder;
pub use packed::NotPacked;
pub use source_state::{SourceState, SourceStatus};
pub use view::DeviceView;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    DeviceId, DeviceKey, Fabric, GpuModel, MigProfile, NodeName, NodeRoom, Offer, PartOf, Quota,
    Site,
};
use index::NodeIndex;
use record::{IdKind, Place, Record};

/// The GPUs of the world at one time: immutable, packed, in a canonical order.
///
/// Devices are 48-byte records sorted by source, node and id, so the devices of a node are
/// neighbours; texts are stored once. Two snapshots built from the same reports in any order are
/// equal. A device that several sources report under one UUID is one record; a node that several
/// report without UUIDs counts under the best of them, and the others become partial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    sources: Vec<SourceState>,
    /// Sorted pairs of source and node name.
    nodes: Vec<(u16, NodeName)>,
    index: NodeIndex,
    /// What each node has free beside its GPUs; empty where no source tells it of any.
    rooms: Vec<NodeRoom>,
    sites: Vec<Site>,
    fabrics: Vec<Fabric>,
    models: Vec<GpuModel>,
    mig_profiles: Vec<MigProfile>,
    /// Device ids that are neither UUID nor index.
    other_ids: Vec<Arc<str>>,
    records: Vec<Record>,
    /// Who uses devices, for those of which a source tells it, in the order of the records.
    holders: Vec<(Place, Arc<str>)>,
    /// Where GPU instances lie, of those for which a source tells it, in the order of the records.
    parts: Vec<(Place, PartOf)>,
    /// By position of the source, then by name.
    offers: Vec<(u16, Offer)>,
    quotas: Vec<(u16, Quota)>,
    duplicates: usize,
}

impl Snapshot {
    /// Every device, by source, node and id.
    pub fn devices(&self) -> impl ExactSizeIterator<Item = DeviceView<'_>> + Clone {
        self.records
            .iter()
            .map(|record| DeviceView::new(self, record))
    }

    /// The device at a position of [`Snapshot::devices`].
    #[must_use]
    pub fn device(&self, position: usize) -> Option<DeviceView<'_>> {
        self.records
            .get(position)
            .map(|record| DeviceView::new(self, record))
    }

    /// The positions in [`Snapshot::devices`] of devices by key, `None` for those that are not here.
    ///
    /// A UUID is found under any source and node: a reservation holds wherever the device is reported. The key of an
    /// instance that is to be made gives the device that it is to be made on.
    #[must_use]
    pub fn positions<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a DeviceKey>,
    ) -> Vec<Option<usize>> {
        let keys: Vec<&DeviceKey> = keys.into_iter().collect();
        let mut positions = self.positions_by_node(&keys);
        // Sorting every UUID is worth it only when a key is not where it says.
        let mut uuids: Option<BTreeMap<[u8; 16], usize>> = None;
        for (position, key) in positions.iter_mut().zip(keys) {
            if let (None, DeviceId::Uuid(uuid)) = (&position, &key.id) {
                *position = uuids.get_or_insert_with(|| self.uuids()).get(uuid).copied();
            }
        }
        positions
    }

    fn uuids(&self) -> BTreeMap<[u8; 16], usize> {
        let records = self.records.iter().enumerate();
        let uuids = records.filter(|(_, record)| record.id_kind == IdKind::Uuid);
        uuids
            .map(|(position, record)| (record.id, position))
            .collect()
    }

    /// Every source that was asked, by name.
    #[must_use]
    pub fn sources(&self) -> &[SourceState] {
        &self.sources
    }

    /// Every model that a device has, sorted.
    #[must_use]
    pub fn models(&self) -> &[GpuModel] {
        &self.models
    }

    /// Every profile that a GPU instance has, sorted.
    #[must_use]
    pub fn mig_profiles(&self) -> &[MigProfile] {
        &self.mig_profiles
    }

    /// Where devices run, each place once.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Every NVLink domain that a device is in, sorted.
    #[must_use]
    pub fn fabrics(&self) -> &[Fabric] {
        &self.fabrics
    }

    /// Every offer with its source, by source and name.
    pub fn offers(&self) -> impl Iterator<Item = (&SourceState, &Offer)> {
        self.of_sources(&self.offers)
    }

    /// Every quota with its source, by source and name.
    pub fn quotas(&self) -> impl Iterator<Item = (&SourceState, &Quota)> {
        self.of_sources(&self.quotas)
    }

    fn of_sources<'a, T>(
        &'a self,
        told: &'a [(u16, T)],
    ) -> impl Iterator<Item = (&'a SourceState, &'a T)> {
        told.iter()
            .filter_map(|(source, one)| Some((self.sources.get(usize::from(*source))?, one)))
    }

    /// How many nodes the sources report, those without devices too.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The bytes that devices take in memory, with their nodes and the texts of both.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        // A shared text is two counters and its bytes.
        let text = |length: usize| 2 * size_of::<usize>() + length;
        let names = self.nodes.iter().map(|(_, node)| text(node.as_str().len()));
        let ids = self.other_ids.iter().map(|id| text(id.len()));
        let holders = self.holders.iter().map(|(_, holder)| text(holder.len()));
        let parts = self.parts.iter().map(|(_, part)| match &part.device {
            DeviceId::Other(id) => text(id.len()),
            DeviceId::Index(_) | DeviceId::Uuid(_) => 0,
        });
        size_of_val(self.records.as_slice())
            + size_of_val(self.nodes.as_slice())
            + self.index.size_bytes()
            + size_of_val(self.rooms.as_slice())
            + size_of_val(self.sites.as_slice())
            + size_of_val(self.fabrics.as_slice())
            + size_of_val(self.holders.as_slice())
            + size_of_val(self.parts.as_slice())
            + names.chain(ids).chain(holders).chain(parts).sum::<usize>()
    }

    /// How many reports of a device count no more because another report of it does.
    #[must_use]
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// SHA-256 over the content in lower-case hexadecimal.
    ///
    /// Times are left out: two looks at an unchanged world have one digest.
    #[must_use]
    pub fn digest(&self) -> String {
        digest::digest(self)
    }

    /// Marks the sources whose report is older than `max_age` as stale; no device of theirs counts
    /// for a yes any more.
    #[must_use]
    pub fn judge_age(mut self, now: Timestamp, max_age: SignedDuration) -> Self {
        for source in &mut self.sources {
            let age = now.duration_since(source.observed_at);
            if matches!(
                source.status,
                SourceStatus::Complete | SourceStatus::Partial(_)
            ) && age > max_age
            {
                source.status = SourceStatus::Stale { age, max_age };
            }
        }
        self
    }
}
