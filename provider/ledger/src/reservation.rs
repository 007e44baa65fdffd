//! A reservation: one device, held by one pool.

use jiff::Timestamp;
use serde::Serialize;

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
