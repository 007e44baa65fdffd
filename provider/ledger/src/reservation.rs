//! A reservation: one device, held by one pool.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A device that a pool is to hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Device {
    /// What names the device for every workspace, such as `cluster/node-7/GPU-5c1e…`. No two reservations have the
    /// same key; a physical device that goes by two keys can be promised twice.
    pub key: String,
    /// Which replica of the pool it serves, from 0.
    pub replica: u32,
    /// The node it is in.
    pub node: String,
    /// Its canonical model.
    pub model: String,
    /// Of a GPU instance, made or still to be made, the memory units that it takes; `None` for a whole GPU, and where it is
    /// not known where the instance lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<Units>,
}

/// Memory units of a GPU, one after the other. No two reservations have one of them in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Units {
    /// What names the GPU for every workspace.
    pub gpu: String,
    /// The first of them, from 0.
    pub first: u8,
    /// How many, 1 to 8 with the first.
    pub count: u8,
}

impl Units {
    /// Whether one of them is also one of these.
    pub(crate) fn meet(&self, other: &Self) -> bool {
        self.gpu == other.gpu
            && self
                .numbers()
                .any(|unit| other.numbers().any(|one| one == unit))
    }

    /// Each of them.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u8> {
        self.first..self.first.saturating_add(self.count)
    }
}

/// A device that a pool holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reservation {
    /// The device.
    #[serde(flatten)]
    pub device: Device,
    /// The natural key of the pool.
    pub pool: String,
    /// The owner of the pool.
    pub owner: String,
    /// The fencing number under which the device was taken: a later holder has a higher one.
    pub fence: u64,
    /// When it was taken, in the store's time.
    pub since: Timestamp,
    /// Until when the pool holds it unless a Terraform state comes to hold the pool; `None` once one does.
    pub lease_until: Option<Timestamp>,
    /// Whether that time is over, in the store's time: whoever asks next may take the device.
    pub expired: bool,
}
