//! Offers and quotas in fleet files.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_model::{GpuModel, Grade, Offer, Price, Quota, QuotaUnit};
use serde::Deserialize;

/// `[[offer]]`: GPUs that are offered together, such as a reservation at a cloud.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferEntry {
    name: String,
    model: GpuModel,
    gpus_per_node: u32,
    nodes_available: Option<u32>,
    nodes_total: Option<u32>,
    /// A written list is a catalogue unless it says more.
    grade: Option<Grade>,
    price: Option<Price>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// `[[quota]]`: how much of the fleet may be used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaEntry {
    name: String,
    unit: Option<QuotaUnit>,
    model: Option<GpuModel>,
    limit: u32,
    #[serde(default)]
    used: u32,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

impl OfferEntry {
    pub(super) fn at(self, observed_at: Timestamp) -> Offer {
        Offer {
            name: self.name,
            model: self.model,
            gpus_per_node: self.gpus_per_node,
            nodes_available: self.nodes_available,
            nodes_total: self.nodes_total,
            grade: self.grade.unwrap_or(Grade::Listed),
            observed_at,
            price: self.price,
            labels: self.labels,
        }
    }
}

impl QuotaEntry {
    pub(super) fn at(self, observed_at: Timestamp) -> Quota {
        Quota {
            name: self.name,
            unit: self.unit.unwrap_or(QuotaUnit::Devices),
            model: self.model,
            limit: self.limit,
            used: self.used,
            observed_at,
            labels: self.labels,
        }
    }
}
