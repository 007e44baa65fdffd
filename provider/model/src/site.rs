//! Where a device runs, under which software and at what price.

use serde::{Deserialize, Serialize};

use crate::{Location, Price, Version};

/// Where a device runs, under which software and at what price; what the source does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// The region of the machine.
    pub region: Option<Location>,
    /// The zone of the machine.
    pub zone: Option<Location>,
    /// The kernel driver of the machine.
    pub driver: Option<Version>,
    /// The newest CUDA that the driver runs.
    pub cuda: Option<Version>,
    /// What the device costs for an hour.
    pub price: Option<Price>,
}

impl Site {
    /// What two reports of one device say together: what one leaves out, the other may tell, and what they contradict each
    /// other in is not known.
    #[must_use]
    pub(crate) fn agreed(&self, other: &Self) -> Self {
        Self {
            region: agreed(self.region.as_ref(), other.region.as_ref()),
            zone: agreed(self.zone.as_ref(), other.zone.as_ref()),
            driver: agreed(self.driver.as_ref(), other.driver.as_ref()),
            cuda: agreed(self.cuda.as_ref(), other.cuda.as_ref()),
            price: agreed(self.price.as_ref(), other.price.as_ref()),
        }
    }
}

fn agreed<T: Clone + PartialEq>(one: Option<&T>, other: Option<&T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => (one == other).then(|| one.clone()),
        (told, None) | (None, told) => told.cloned(),
    }
}
