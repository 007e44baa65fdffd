//! What is kept beside the state of a recorded resource.

use portcullis_ledger::{Device, Units};
use serde::{Deserialize, Serialize};

use crate::realize::PlannedObject;

/// Private state: how the ledger knows the object, and, between plan and apply, what planning chose for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The ledger that recorded the object; another one is not asked.
    #[serde(default)]
    pub ledger: Option<String>,
    /// The fencing number under which the ledger knows it; 0 before the first apply and after an import.
    #[serde(default)]
    pub incarnation: u64,
    /// The devices that the plan of this run chose. `None` outside a run, and when nothing fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Vec<Choice>>,
    /// Whether it chose them over what an earlier run saw, so that apply has to choose again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_cache: bool,
    /// What the plan of this run chose to do on platforms. Empty outside a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<PlannedObject>,
}

/// A device that planning chose for one replica of a pool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Choice {
    /// Which replica it serves, from 0.
    pub replica: u32,
    /// The node it is in.
    pub node: String,
    /// The device, as `<source>/<node>/<device>`.
    pub key: String,
    /// Its canonical model.
    pub model: String,
    /// Of a GPU instance, the memory units of its GPU that it takes, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Units>,
}

impl From<Choice> for Device {
    fn from(
        Choice {
            replica,
            node,
            key,
            model,
            units,
        }: Choice,
    ) -> Self {
        Self {
            key,
            replica,
            node,
            model,
            units,
        }
    }
}

impl From<Device> for Choice {
    fn from(
        Device {
            key,
            replica,
            node,
            model,
            units,
        }: Device,
    ) -> Self {
        Self {
            replica,
            node,
            key,
            model,
            units,
        }
    }
}
