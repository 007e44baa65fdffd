//! The GPUs of the world at one time, packed.

mod builder;
mod digest;
mod record;
mod source_state;
#[cfg(test)]
mod tests;
mod view;

pub use builder::SnapshotBuilder;
pub use source_state::{SourceState, SourceStatus};
pub use view::DeviceView;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{DeviceKey, GpuModel, NodeName};
use record::{IdKind, Record};

/// The GPUs of the world at one time: immutable, packed, in a canonical order.
///
/// Devices are 40-byte records sorted by source, node and id, so the devices of a node are
/// neighbours; texts are stored once. Two snapshots built from the same reports in any order are
/// equal. A device that several sources report under one UUID is one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    sources: Vec<SourceState>,
    /// Sorted pairs of source and node name.
    nodes: Vec<(u16, NodeName)>,
    models: Vec<GpuModel>,
    /// Device ids that are neither UUID nor index.
    other_ids: Vec<Arc<str>>,
    records: Vec<Record>,
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

    /// The position of a device in [`Snapshot::devices`]; a UUID is found under any source and node.
    #[must_use]
    pub fn position(&self, key: &DeviceKey) -> Option<usize> {
        let source = self
            .sources
            .binary_search_by(|state| state.name.cmp(&key.source));
        let exact = source.ok().and_then(|source| {
            let node = (u16::try_from(source).ok()?, key.node.clone());
            let node = u32::try_from(self.nodes.binary_search(&node).ok()?).ok()?;
            let (kind, id) = record::pack_id(&key.id, &self.other_ids)?;
            self.records
                .binary_search_by(|record| record.order().cmp(&(node, kind, &id)))
                .ok()
        });
        exact.or_else(|| {
            let (IdKind::Uuid, id) = record::pack_id(&key.id, &self.other_ids)? else {
                return None;
            };
            self.records
                .iter()
                .position(|record| record.id_kind == IdKind::Uuid && record.id == id)
        })
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

    /// How many nodes the sources report, those without devices too.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many reports of a device were merged into another source's report of the same UUID.
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
