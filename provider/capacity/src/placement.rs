//! The witness of a yes: where every replica would run.

use portcullis_model::{DeviceKey, Name};

/// Where every replica of every pool would run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The pools that asked for something, by name.
    pub pools: Vec<PoolPlacement>,
}

/// Where every replica of one pool would run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolPlacement {
    /// The pool.
    pub pool: Name,
    /// One entry a replica.
    pub replicas: Vec<Replica>,
}

/// The devices of one replica; all of one node where the demand says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// Source, node and id of each device, sorted.
    pub devices: Vec<DeviceKey>,
}

impl Placement {
    /// The placement of one pool.
    #[must_use]
    pub fn pool(&self, pool: &Name) -> Option<&PoolPlacement> {
        self.pools.iter().find(|placed| placed.pool == *pool)
    }
}
