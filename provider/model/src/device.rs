//! One GPU as a source reports it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DeviceId, Fabric, GpuModel, Grade, MigProfile, NodeName, Site};

closed_set! {
    /// Whether a device works; ordered, the best first.
    pub enum Health, "health", "invalid-health", "`healthy`, `unreported`, `degraded`, `unhealthy` or `lost`" {
        /// The source checked and found nothing wrong.
        Healthy = "healthy",
        /// The source does not tell; counts as usable.
        Unreported = "unreported",
        /// Works, and worse than it should: throttled, links down; for those who accept it.
        Degraded = "degraded",
        /// Present and not to be used: pending remap, uncorrected errors, cordoned.
        Unhealthy = "unhealthy",
        /// The source knows of it and cannot reach it.
        Lost = "lost",
    }
}

closed_set! {
    /// Whether a device is divided into GPU instances; ordered by how little it allows.
    pub enum MigMode, "MIG mode", "invalid-mig-mode", "`disabled`, `unreported` or `enabled`" {
        /// Whole, or unable to be divided.
        Disabled = "disabled",
        /// The source does not tell; counts as whole.
        Unreported = "unreported",
        /// Divided, or prepared to be: not available as a whole device.
        Enabled = "enabled",
    }
}

/// One GPU, or one GPU instance of a divided GPU, as a source reports it, before it is packed into a
/// [`Snapshot`](crate::Snapshot). A divided GPU is a device of its own beside its instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The machine it sits in.
    pub node: NodeName,
    /// Which of the machine's devices.
    pub id: DeviceId,
    /// What it is; of a GPU instance, what it is a part of.
    pub model: GpuModel,
    /// The profile of a GPU instance; `None` for a whole device.
    pub mig_profile: Option<MigProfile>,
    /// Where a GPU instance lies; `None` for a whole device, and where the source does not tell.
    #[serde(default)]
    pub part_of: Option<PartOf>,
    /// Total memory of the device in MiB; `None` where the source does not tell.
    pub memory_mib: Option<u32>,
    /// How far the report can be trusted.
    pub grade: Grade,
    /// Whether it works.
    pub health: Health,
    /// Whether it is divided into GPU instances.
    pub mig_mode: MigMode,
    /// Whether something runs on it or holds it, as far as the source can tell.
    pub in_use: bool,
    /// Who uses it, in the source's own words, such as `trainer-0` or `process 4242`; `None` where nobody does or the source
    /// does not tell.
    #[serde(default)]
    pub holder: Option<Arc<str>>,
    /// Where it runs, under which software and at what price.
    pub site: Site,
    /// The NVLink domain that it is a part of; `None` where it is in none or the source does not tell.
    pub fabric: Option<Fabric>,
    /// When the source saw it.
    pub observed_at: Timestamp,
}

/// Where a GPU instance lies: on which device of its node, and from which of its memory units (the start of NVML's
/// placement).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartOf {
    /// The device that is divided.
    pub device: DeviceId,
    /// The memory unit at which the instance begins, from 0.
    pub start: u8,
}
