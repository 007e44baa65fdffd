//! A GPU as a connector reports it.

use serde::{Deserialize, Serialize};

use super::{labels, one_of, short};
use crate::bindings::inventory;

/// One GPU or GPU instance as a connector reports it. The texts are the connector's; `sdk/wit/v0.1/guest.wit` documents
/// their values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// Device UUID, unique in one inventory.
    pub uuid: String,
    /// Product name in the source's own words.
    pub model: String,
    /// Name of the machine.
    pub node: String,
    /// Device index on its node.
    pub index: Option<u32>,
    /// MIG profile when the record is a GPU instance.
    pub mig_profile: Option<String>,
    /// Memory that workloads can use, in MiB.
    pub memory_mib: Option<u32>,
    /// Memory in use, in MiB.
    pub memory_used_mib: Option<u32>,
    /// `free`, `used` or `unknown`.
    pub allocation: String,
    /// `healthy`, `degraded`, `failed` or `unknown`.
    pub health: String,
    /// Why it is not healthy.
    pub health_reason: String,
    /// `firm`, `counted`, `level` or `listed`.
    pub grade: String,
    /// When the source saw it, in seconds since 1970-01-01T00:00:00Z.
    pub observed_at: u32,
    /// Further facts by name, sorted.
    pub labels: Vec<(String, String)>,
}

impl From<inventory::Device> for DeviceRecord {
    fn from(device: inventory::Device) -> Self {
        Self {
            uuid: short(device.uuid),
            model: short(device.model),
            node: short(device.node),
            index: device.index,
            mig_profile: device.mig_profile.map(short),
            memory_mib: device.memory_mib,
            memory_used_mib: device.memory_used_mib,
            allocation: one_of(device.allocation, &["free", "used"], "unknown"),
            health: one_of(device.health, &["healthy", "degraded", "failed"], "unknown"),
            health_reason: short(device.health_reason),
            grade: one_of(device.grade, &["firm", "counted", "level"], "listed"),
            observed_at: device.observed_at,
            labels: labels(device.labels),
        }
    }
}
