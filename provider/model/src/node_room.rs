//! What a node has free beside its GPUs.

use serde::{Deserialize, Serialize};

/// CPU and memory of a node that nothing uses; what the source does not tell is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRoom {
    /// Thousandths of a CPU.
    pub cpu_milli: Option<u32>,
    /// Memory of the machine, not of its GPUs, in MiB.
    pub memory_mib: Option<u32>,
}

impl NodeRoom {
    /// The less that two reports of one node tell.
    #[must_use]
    pub(crate) fn least(self, other: Self) -> Self {
        let least = |one: Option<u32>, other: Option<u32>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (told, None) | (None, told) => told,
        };
        Self {
            cpu_milli: least(self.cpu_milli, other.cpu_milli),
            memory_mib: least(self.memory_mib, other.memory_mib),
        }
    }
}
