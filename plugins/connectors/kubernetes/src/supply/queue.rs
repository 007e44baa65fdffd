//! Objects of Kueue, in the versions that are read.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;
use serde::Deserialize;

use crate::inventory::Quantity;
use crate::metadata::{Metadata, or_default};

/// The resource that quotas are read of.
pub(super) const GPU: &str = "nvidia.com/gpu";
/// The label of nodes by which a flavor says which GPU it is.
pub(super) const PRODUCT: &str = "nvidia.com/gpu.product";

/// A queue of the cluster.
#[derive(Debug, Deserialize)]
pub(super) struct ClusterQueue {
    pub(super) metadata: Metadata,
    pub(super) spec: QueueSpec,
    #[serde(default, deserialize_with = "or_default")]
    status: QueueStatus,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueSpec {
    /// Called `cohortName` since v1beta2.
    #[serde(default, alias = "cohortName")]
    pub(super) cohort: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    resource_groups: Vec<Group>,
    #[serde(default)]
    stop_policy: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(default, deserialize_with = "or_default")]
    flavors: Vec<GroupFlavor>,
}

#[derive(Debug, Deserialize)]
struct GroupFlavor {
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    resources: Vec<Resource>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    name: String,
    nominal_quota: Quantity,
    borrowing_limit: Option<Quantity>,
    lending_limit: Option<Quantity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueueStatus {
    #[serde(default, deserialize_with = "or_default")]
    flavors_reservation: Vec<Reserved>,
    #[serde(default, deserialize_with = "or_default")]
    conditions: Vec<Condition>,
}

#[derive(Debug, Deserialize)]
struct Reserved {
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    resources: Vec<ReservedResource>,
}

#[derive(Debug, Deserialize)]
struct ReservedResource {
    name: String,
    total: Option<Quantity>,
}

#[derive(Debug, Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    name: String,
    status: String,
}

/// What a queue may use of one flavor, in GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) nominal: u64,
    /// None for as much as there is.
    pub(super) borrowing: Option<u64>,
    /// None for all of the nominal quota.
    pub(super) lending: Option<u64>,
    pub(super) used: u64,
}

impl ClusterQueue {
    /// The flavors in which it has GPUs.
    ///
    /// # Errors
    /// When an amount is no whole number.
    pub(super) fn terms(&self) -> Result<Vec<(&str, Terms)>, Failure> {
        let flavors = self.spec.resource_groups.iter();
        let flavors = flavors.flat_map(|group| &group.flavors);
        let gpus = flavors.flat_map(|flavor| {
            let resources = flavor.resources.iter();
            let gpus = resources.filter(|resource| resource.name == GPU);
            gpus.map(move |resource| (flavor.name.as_str(), resource))
        });
        gpus.map(|(flavor, resource)| {
            let terms = Terms {
                nominal: self.count(&resource.nominal_quota)?,
                borrowing: self.maybe(resource.borrowing_limit.as_ref())?,
                lending: self.maybe(resource.lending_limit.as_ref())?,
                used: self.used(flavor)?,
            };
            Ok((flavor, terms))
        })
        .collect()
    }

    pub(super) fn is_stopped(&self) -> bool {
        let is_inactive =
            |condition: &Condition| condition.name == "Active" && condition.status == "False";
        is_stop(self.spec.stop_policy.as_deref()) || self.status.conditions.iter().any(is_inactive)
    }

    fn used(&self, flavor: &str) -> Result<u64, Failure> {
        let reserved = self.status.flavors_reservation.iter();
        let reserved = reserved.filter(|reserved| reserved.name == flavor);
        let mut gpus = reserved
            .flat_map(|reserved| &reserved.resources)
            .filter(|resource| resource.name == GPU)
            .filter_map(|resource| resource.total.as_ref());
        gpus.try_fold(0_u64, |sum, total| {
            Ok(sum.saturating_add(self.count(total)?))
        })
    }

    fn maybe(&self, quantity: Option<&Quantity>) -> Result<Option<u64>, Failure> {
        quantity.map(|quantity| self.count(quantity)).transpose()
    }

    fn count(&self, quantity: &Quantity) -> Result<u64, Failure> {
        quantity.count().ok_or_else(|| {
            let shown: String = quantity.text().chars().take(40).collect();
            Failure::malformed(format!(
                "The queue `{}` of Kueue has `{shown}` of `{GPU}`, which is no number of GPUs.",
                self.metadata.name
            ))
        })
    }
}

/// A queue of a namespace, which leads to one of the cluster.
#[derive(Debug, Deserialize)]
pub(super) struct LocalQueue {
    pub(super) metadata: Metadata,
    pub(super) spec: LocalSpec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LocalSpec {
    pub(super) cluster_queue: String,
    #[serde(default)]
    stop_policy: Option<String>,
}

impl LocalSpec {
    pub(super) fn is_stopped(&self) -> bool {
        is_stop(self.stop_policy.as_deref())
    }
}

/// `Hold`, `HoldAndDrain`, and what a newer version may add.
fn is_stop(policy: Option<&str>) -> bool {
    !matches!(policy, None | Some("" | "None"))
}

/// Which nodes a quota is about.
#[derive(Debug, Deserialize)]
pub(super) struct Flavor {
    pub(super) metadata: Metadata,
    #[serde(default, deserialize_with = "or_default")]
    spec: FlavorSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlavorSpec {
    #[serde(default, deserialize_with = "or_default")]
    node_labels: BTreeMap<String, String>,
}

impl Flavor {
    /// The model of its nodes, where their label says it.
    pub(super) fn model(&self) -> Option<&str> {
        let product = self.spec.node_labels.get(PRODUCT)?;
        let product = product.strip_suffix("-SHARED").unwrap_or(product);
        (!product.is_empty()).then_some(product)
    }
}
