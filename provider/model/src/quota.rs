//! How much of a source somebody may use.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::GpuModel;

closed_set! {
    /// What a quota counts.
    pub enum QuotaUnit, "quota unit", "invalid-quota-unit", "`devices`, `nodes` or `instances`" {
        /// GPUs, or GPU instances where these are what is asked for.
        Devices = "devices",
        /// Nodes with at least one.
        Nodes = "nodes",
        /// Machines as a cloud counts them, which are nodes here.
        Instances = "instances",
    }
}

/// The label under which a quota says of which queue it is.
const QUEUE: &str = "queue";

/// How much of a source somebody may use. A quota is not capacity: it may be larger than what there is, and what there is
/// may be larger than it.
///
/// A quota with the label `queue` binds whoever uses that queue, and quotas of different queues are alternatives; a quota
/// without one binds everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// The source's own name, unique among its quotas.
    pub name: String,
    /// What `limit` and `used` count.
    pub unit: QuotaUnit,
    /// The models that it is about; `None` for all.
    pub model: Option<GpuModel>,
    /// How many may be used.
    pub limit: u32,
    /// How many are, as the source counts; may exceed the limit.
    pub used: u32,
    /// When the source saw it.
    pub observed_at: Timestamp,
    /// What else the source says, such as `queue`.
    pub labels: BTreeMap<String, String>,
}

impl Quota {
    /// Whether a device of that model counts against it.
    #[must_use]
    pub fn covers(&self, model: &GpuModel) -> bool {
        self.model.as_ref().is_none_or(|own| own.accepts(model))
    }

    /// How many more may be used.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }

    /// The queue that it is of; `None` when it binds everybody.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        self.labels.get(QUEUE).map(String::as_str)
    }
}
