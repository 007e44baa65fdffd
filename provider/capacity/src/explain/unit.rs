//! What the pools of a question count.

use super::plural;
use crate::Demand;

/// What the pools of a question count. Pools that compete all count the same: no device is both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unit {
    /// Whole devices.
    #[default]
    Gpu,
    /// Parts of divided devices.
    GpuInstance,
}

impl Unit {
    pub(super) fn of(demands: &[&Demand]) -> Self {
        let instances = demands.iter().any(|demand| demand.mig_profile.is_some());
        if instances {
            Self::GpuInstance
        } else {
            Self::Gpu
        }
    }

    /// So many of them, in words.
    pub(super) fn count(self, count: u64) -> String {
        plural(count, self.noun())
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Gpu => "GPU",
            Self::GpuInstance => "GPU instance",
        }
    }
}
