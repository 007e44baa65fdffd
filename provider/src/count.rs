//! Counting devices.

use std::collections::BTreeMap;

use portcullis_model::{DeviceView, Health, MigMode};

/// How many devices of a kind there are, and how many are free.
#[derive(Debug, Default)]
pub(crate) struct ModelCounts {
    /// All of them.
    pub(crate) total: u64,
    /// Those that are free.
    pub(crate) free: u64,
    /// Free ones by node.
    free_by_node: BTreeMap<u32, u64>,
}

impl ModelCounts {
    /// Counts one more.
    pub(crate) fn add(&mut self, device: &DeviceView<'_>, free: bool) {
        let free = u64::from(free);
        self.total += 1;
        self.free += free;
        *self.free_by_node.entry(device.node_index()).or_default() += free;
    }

    /// Nodes with at least one.
    pub(crate) fn nodes(&self) -> u64 {
        self.free_by_node.len() as u64
    }

    /// Most free ones in one node.
    pub(crate) fn largest_gang(&self) -> u64 {
        self.free_by_node.values().copied().max().unwrap_or(0)
    }
}

/// The model and, of a GPU instance, its profile: `H200 1g.18gb`.
pub(crate) fn named(device: &DeviceView<'_>) -> String {
    match device.mig_profile() {
        Some(profile) => format!("{} {profile}", device.model()),
        None => device.model().to_string(),
    }
}

/// Whether a device could be given away, reservations aside.
pub(crate) fn is_free(device: &DeviceView<'_>) -> bool {
    let works = matches!(device.health(), Health::Healthy | Health::Unreported);
    let whole = matches!(device.mig_mode(), MigMode::Disabled | MigMode::Unreported);
    works && whole && !device.in_use()
}
