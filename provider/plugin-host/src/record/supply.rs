//! Capacity that is offered or allowed where devices cannot be told one by one.

use serde::{Deserialize, Serialize};

use super::{labels, one_of, short};
use crate::bindings::supply;

/// What a source offers and allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supply {
    /// Devices of one kind that are offered together.
    pub pools: Vec<Pool>,
    /// How much may be used.
    pub quotas: Vec<Quota>,
}

/// Devices of one kind that are offered together: an instance type in a region, a node group, a catalogue line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// The source's own name, unique in one supply.
    pub name: String,
    /// Product name in the source's own words.
    pub model: String,
    /// Devices that one node has.
    pub devices_per_node: u32,
    /// Nodes that could be had now; none when the source gives no number.
    pub nodes_available: Option<u32>,
    /// Nodes that there are; none when the source gives no number.
    pub nodes_total: Option<u32>,
    /// `firm`, `counted`, `level` or `listed`.
    pub grade: String,
    /// When the source saw it, in seconds since 1970-01-01T00:00:00Z.
    pub observed_at: u32,
    /// Price of one device for an hour, in thousandths of `currency`.
    pub price_milli: Option<u32>,
    /// ISO 4217 code; empty without a price.
    pub currency: String,
    /// Further facts by name, sorted.
    pub labels: Vec<(String, String)>,
}

/// How much somebody may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// The source's own name, unique in one supply.
    pub name: String,
    /// What it counts: `devices`, `nodes` or `instances`.
    pub unit: String,
    /// Product name that it is about; empty for all.
    pub model: String,
    /// How many may be used.
    pub limit: u32,
    /// How many are.
    pub used: u32,
    /// When the source saw it, in seconds since 1970-01-01T00:00:00Z.
    pub observed_at: u32,
    /// Further facts by name, sorted.
    pub labels: Vec<(String, String)>,
}

impl From<supply::Pool> for Pool {
    fn from(pool: supply::Pool) -> Self {
        Self {
            name: short(pool.name),
            model: short(pool.model),
            devices_per_node: pool.devices_per_node,
            nodes_available: pool.nodes_available,
            nodes_total: pool.nodes_total,
            grade: one_of(pool.grade, &["firm", "counted", "level"], "listed"),
            observed_at: pool.observed_at,
            price_milli: pool.price_milli,
            currency: short(pool.currency),
            labels: labels(pool.labels),
        }
    }
}

impl From<supply::Quota> for Quota {
    fn from(quota: supply::Quota) -> Self {
        Self {
            name: short(quota.name),
            unit: one_of(quota.unit, &["nodes", "instances"], "devices"),
            model: short(quota.model),
            limit: quota.limit,
            used: quota.used,
            observed_at: quota.observed_at,
            labels: labels(quota.labels),
        }
    }
}
