//! Devices that no demand can tell apart.

use std::collections::BTreeMap;

use portcullis_model::{DeviceView, Grade, Health, MigProfile};

/// Devices that no demand can tell apart, and what became of those that are not free.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) source: usize,
    pub(crate) model: usize,
    pub(crate) mig_profile: Option<MigProfile>,
    /// Whether these are GPU instances that are not there and could be made.
    pub(crate) to_make: bool,
    pub(crate) memory_mib: Option<u32>,
    pub(crate) grade: Grade,
    /// Of those that work; devices that do not are counted with the healthy ones as not free.
    pub(crate) health: Health,
    pub(crate) site: usize,
    pub(crate) taken: Taken,
    pub(crate) free: u64,
}

/// What tells kinds apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KindKey {
    source: usize,
    model: usize,
    mig_profile: Option<MigProfile>,
    to_make: bool,
    memory_mib: Option<u32>,
    grade: Grade,
    health: Health,
    site: usize,
}

/// Devices that are there and not free, each counted once under the first reason that holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// By the number of the holder.
    pub(crate) held: BTreeMap<u32, u64>,
    pub(crate) unhealthy: u64,
    pub(crate) divided: u64,
    pub(crate) in_use: u64,
    pub(crate) stale: u64,
}

impl KindKey {
    pub(crate) fn of(device: &DeviceView<'_>) -> Self {
        Self {
            source: device.source_index(),
            model: device.model_index(),
            mig_profile: device.mig_profile(),
            to_make: false,
            memory_mib: device.memory_mib(),
            grade: device.grade(),
            health: match device.health() {
                Health::Healthy | Health::Unhealthy | Health::Lost => Health::Healthy,
                worn @ (Health::Unreported | Health::Degraded) => worn,
            },
            site: device.site_index(),
        }
    }

    /// The same of instances that could be made on the device.
    pub(crate) fn divided(self, profile: MigProfile, memory_mib: Option<u32>) -> Self {
        Self {
            mig_profile: Some(profile),
            to_make: true,
            memory_mib,
            ..self
        }
    }
}

impl Kind {
    pub(crate) fn new(key: &KindKey) -> Self {
        Self {
            source: key.source,
            model: key.model,
            mig_profile: key.mig_profile,
            to_make: key.to_make,
            memory_mib: key.memory_mib,
            grade: key.grade,
            health: key.health,
            site: key.site,
            taken: Taken::default(),
            free: 0,
        }
    }

    pub(crate) fn key(&self) -> KindKey {
        KindKey {
            source: self.source,
            model: self.model,
            mig_profile: self.mig_profile,
            to_make: self.to_make,
            memory_mib: self.memory_mib,
            grade: self.grade,
            health: self.health,
            site: self.site,
        }
    }

    /// What the devices of one replica must have in common where they must be together.
    pub(crate) fn alike(&self) -> (usize, Option<MigProfile>, Option<u32>) {
        (self.model, self.mig_profile, self.memory_mib)
    }
}

impl Taken {
    pub(crate) fn total(&self) -> u64 {
        self.held.values().sum::<u64>() + self.unhealthy + self.divided + self.in_use + self.stale
    }
}
