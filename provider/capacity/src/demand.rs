//! What a pool asks for.

use portcullis_model::{GpuModel, Grade, MigProfile, Name};

/// What a pool asks for beyond the devices that it already holds.
///
/// Only the change is checked: a pool that grows from 3 to 5 replicas demands 2, and one that keeps
/// its size demands nothing and so never fails.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// The pool.
    pub pool: Name,
    /// The models it accepts; empty accepts any.
    pub models: Vec<GpuModel>,
    /// The profile of GPU instances that are there; whole devices without one. Then a device is a GPU instance in all that
    /// follows.
    pub mig_profile: Option<MigProfile>,
    /// How many replicas.
    pub replicas: u32,
    /// How many devices each replica needs.
    pub gpus_per_replica: u32,
    /// Whether a replica's devices must be identical and on one node; otherwise they may be
    /// anywhere.
    pub same_node: bool,
    /// The least memory of each device in MiB.
    pub memory_mib_min: Option<u32>,
    /// The sources to take from; empty takes from any.
    pub sources: Vec<Name>,
    /// How far the numbers must be trusted.
    pub minimum_grade: Grade,
}

impl Demand {
    /// All devices of all replicas.
    #[must_use]
    pub fn gpus(&self) -> u64 {
        u64::from(self.replicas) * u64::from(self.gpus_per_replica)
    }

    /// How many gangs it is, and of how many devices each.
    pub(crate) fn gangs(&self) -> (u64, u32) {
        match (self.same_node, self.gpus_per_replica) {
            (_, 0) => (0, 1),
            (true, size) => (u64::from(self.replicas), size),
            (false, _) => (self.gpus(), 1),
        }
    }

    pub(crate) fn takes_from(&self, source: &Name) -> bool {
        self.sources.is_empty() || self.sources.contains(source)
    }
}
