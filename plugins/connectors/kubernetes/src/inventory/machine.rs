//! What a node offers, in words of this connector.

use serde::{Deserialize, Serialize};

/// What a node offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Labels of the contract.
    pub(crate) facts: Facts,
    /// Why no pod can come to it; empty when one can.
    pub(crate) fault: String,
    pub(crate) offers: Vec<Offered>,
}

/// Labels of the contract with their values.
pub(crate) type Facts = Vec<(String, String)>;

/// Devices of one kind that a device plugin offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offered {
    pub(crate) kind: Kind,
    /// Devices, those that the device plugin calls unhealthy among them.
    pub(crate) devices: u32,
    pub(crate) unhealthy: u32,
}

/// What a device plugin offers, wherever it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub(crate) struct Kind {
    /// Name of the resource.
    pub(crate) resource: String,
    pub(crate) model: Option<String>,
    pub(crate) memory_mib: Option<u32>,
    /// When the devices are GPU instances.
    pub(crate) profile: Option<String>,
    /// Units as which one device is offered, more than 1 when it is shared.
    pub(crate) units_each: u32,
}
