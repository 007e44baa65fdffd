//! Nodes: which GPUs each offers, and whether pods can come to it. Tags are those of `generated.proto` in
//! k8s.io/api/core/v1.

use std::collections::BTreeMap;

use prost::Message;
use serde::Deserialize;
use serde::de::IgnoredAny;

use portcullis_plugin::Failure;

use super::machine::{Kind, Machine, Offered};
use super::product::{facts, product};
use super::quantity::Quantity;
use super::resource::Offer;
use crate::metadata::or_default;

/// More than this no node has; a server that says so is not believed.
const MOST_UNITS: u64 = 4096;

/// A node of the cluster.
#[derive(Deserialize, Message)]
pub(crate) struct Node {
    #[prost(message, required, tag = "1")]
    pub(crate) metadata: Metadata,
    #[prost(message, required, tag = "2")]
    #[serde(default, deserialize_with = "or_default")]
    spec: Spec,
    #[prost(message, required, tag = "3")]
    #[serde(default, deserialize_with = "or_default")]
    status: Status,
}

/// What is read of the metadata of a node.
#[derive(Deserialize, Message)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(btree_map = "string, string", tag = "11")]
    #[serde(default, deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    /// When somebody asked for its deletion.
    #[prost(message, optional, tag = "9")]
    deletion_timestamp: Option<Moment>,
}

/// A time of which only matters that there is one.
#[derive(Deserialize, Message)]
#[serde(from = "IgnoredAny")]
struct Moment {}

impl From<IgnoredAny> for Moment {
    fn from(_: IgnoredAny) -> Self {
        Self {}
    }
}

#[derive(Deserialize, Message)]
struct Spec {
    #[prost(bool, tag = "4")]
    #[serde(default)]
    unschedulable: bool,
    #[prost(message, repeated, tag = "5")]
    #[serde(default, deserialize_with = "or_default")]
    taints: Vec<Taint>,
}

/// A taint of a node or of a device.
#[derive(Deserialize, Message)]
pub(crate) struct Taint {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "3")]
    #[serde(default)]
    pub(crate) effect: String,
}

#[derive(Deserialize, Message)]
struct Status {
    #[prost(btree_map = "string, message", tag = "1")]
    #[serde(default, deserialize_with = "or_default")]
    capacity: BTreeMap<String, Quantity>,
    #[prost(btree_map = "string, message", tag = "2")]
    #[serde(default, deserialize_with = "or_default")]
    allocatable: BTreeMap<String, Quantity>,
    #[prost(message, repeated, tag = "4")]
    #[serde(default, deserialize_with = "or_default")]
    conditions: Vec<Condition>,
}

#[derive(Deserialize, Message)]
struct Condition {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    name: String,
    #[prost(string, tag = "2")]
    status: String,
    #[prost(string, tag = "5")]
    #[serde(default)]
    reason: String,
}

impl Taint {
    /// Whether it keeps pods away that do not tolerate it.
    pub(crate) fn repels(&self, tolerated: &[String]) -> bool {
        matches!(self.effect.as_str(), "NoSchedule" | "NoExecute") && !tolerated.contains(&self.key)
    }
}

impl Node {
    /// # Errors
    /// When it has an amount of devices that is no number, or more than any node has.
    pub(crate) fn machine(&self, tolerated: &[String]) -> Result<Machine, Failure> {
        Ok(Machine {
            facts: facts(&self.metadata.labels),
            fault: self.fault(tolerated),
            offers: self.offers()?,
        })
    }

    fn fault(&self, tolerated: &[String]) -> String {
        if self.metadata.deletion_timestamp.is_some() {
            return "the node is being deleted".to_owned();
        }
        if self.spec.unschedulable {
            return "the node is cordoned".to_owned();
        }
        let ready = self
            .status
            .conditions
            .iter()
            .find(|condition| condition.name == "Ready");
        match ready {
            None => return "the node does not say that it is ready".to_owned(),
            Some(ready) if ready.status != "True" => {
                return match ready.reason.as_str() {
                    "" => "the node is not ready".to_owned(),
                    reason => format!("the node is not ready: {reason}"),
                };
            }
            Some(_) => {}
        }
        let taint = self
            .spec
            .taints
            .iter()
            .find(|taint| taint.repels(tolerated));
        taint.map_or_else(String::new, |taint| {
            format!("the node has the taint {}:{}", taint.key, taint.effect)
        })
    }

    fn offers(&self) -> Result<Vec<Offered>, Failure> {
        let Status {
            capacity,
            allocatable,
            ..
        } = &self.status;
        let gpus = allocatable
            .keys()
            .chain(capacity.keys())
            .filter(|name| Offer::of(name).is_some());
        let resources: std::collections::BTreeSet<&String> = gpus.collect();
        let mut units = BTreeMap::new();
        for resource in resources {
            let free = self.units(allocatable, resource)?;
            // What the device plugin calls unhealthy is in the capacity and cannot be allocated.
            let all = self.units(capacity, resource)?.max(free);
            if all > 0 {
                units.insert(resource.as_str(), (all, free));
            }
        }
        let is_instance = |resource: &&str| matches!(Offer::of(resource), Some(Offer::Instance(_)));
        let instances = units.keys().any(is_instance);
        let offers = units.into_iter();
        Ok(offers
            .filter_map(|(resource, (all, free))| self.offered(resource, all, free, instances))
            .collect())
    }

    fn offered(&self, resource: &str, all: u32, free: u32, instances: bool) -> Option<Offered> {
        let labels = &self.metadata.labels;
        let offer = Offer::of(resource)?;
        let name = match &offer {
            Offer::Gpu | Offer::Shared => "gpu",
            Offer::Instance(_) => resource.strip_prefix("nvidia.com/")?,
        };
        let name = name.strip_suffix(".shared").unwrap_or(name);
        let product = product(labels, name, all, instances);
        // Shares whose devices nobody counts are one device at least, and nothing is free.
        let is_shared = product.units > 1 || offer == Offer::Shared;
        let (devices, units_each) = match (is_shared, &product.model) {
            (false, _) => (all, 1),
            (true, Some(_)) => (all / product.units, product.units),
            (true, None) => (1, all),
        };
        Some(Offered {
            kind: Kind {
                resource: resource.to_owned(),
                model: product.model,
                memory_mib: product.memory_mib,
                profile: match offer {
                    Offer::Instance(profile) => Some(profile),
                    Offer::Gpu | Offer::Shared => product.profile,
                },
                units_each,
            },
            devices,
            unhealthy: (all - free).div_ceil(units_each).min(devices),
        })
    }

    fn units(&self, of: &BTreeMap<String, Quantity>, resource: &str) -> Result<u32, Failure> {
        let Some(quantity) = of.get(resource) else {
            return Ok(0);
        };
        let count = quantity.count().filter(|count| *count <= MOST_UNITS);
        count.and_then(|count| u32::try_from(count).ok()).ok_or_else(|| {
            Failure::malformed(format!(
                "Node {} has `{}` of `{resource}`, which is no number of devices from 0 to {MOST_UNITS}.",
                self.metadata.name,
                quantity.text()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Node;
    use crate::inventory::machine::Machine;
    use serde_json::{Value, json};

    fn machine(node: &Value) -> Result<Machine, String> {
        let node: Node = serde_json::from_value(node.clone()).unwrap();
        node.machine(&["nvidia.com/gpu".to_owned()])
            .map_err(|failure| failure.message)
    }

    fn node(allocatable: &Value, labels: &Value) -> Value {
        json!({
            "metadata": {"name": "n1", "labels": labels},
            "status": {
                "allocatable": allocatable,
                "conditions": [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": "True"}],
            },
        })
    }

    #[test]
    fn a_node_that_pods_cannot_come_to_says_why() {
        let taint = |key: &str, effect: &str| json!({"taints": [{"key": key, "effect": effect}]});
        let ready = |status: &str| json!([{"type": "Ready", "status": status, "reason": "KubeletNotReady"}]);
        for (spec, conditions, fault) in [
            (json!(null), ready("True"), ""),
            (taint("nvidia.com/gpu", "NoSchedule"), ready("True"), ""),
            (taint("team", "PreferNoSchedule"), ready("True"), ""),
            (
                taint("team", "NoSchedule"),
                ready("True"),
                "the node has the taint team:NoSchedule",
            ),
            (
                taint("team", "NoExecute"),
                ready("True"),
                "the node has the taint team:NoExecute",
            ),
            (
                json!({"unschedulable": true}),
                ready("True"),
                "the node is cordoned",
            ),
            (
                json!({}),
                ready("False"),
                "the node is not ready: KubeletNotReady",
            ),
            (
                json!({}),
                ready("Unknown"),
                "the node is not ready: KubeletNotReady",
            ),
            (
                json!({}),
                json!([]),
                "the node does not say that it is ready",
            ),
        ] {
            let found = machine(&json!({
                "metadata": {"name": "n1"}, "spec": spec, "status": {"conditions": conditions},
            }));
            assert_eq!(found.unwrap().fault, fault, "{spec} {conditions}");
        }
    }

    #[test]
    fn offers_are_counted_and_what_is_unhealthy_is_among_them() {
        let mut found = node(&json!({"nvidia.com/gpu": "6", "cpu": "90"}), &json!({}));
        found["status"]["capacity"] = json!({"nvidia.com/gpu": "8"});
        let [gpus] = machine(&found).unwrap().offers.try_into().unwrap();
        assert_eq!(
            (gpus.devices, gpus.unhealthy, gpus.kind.model),
            (8, 2, None)
        );
    }

    #[test]
    fn a_shared_device_is_one_device() {
        let labels = |replicas: &str| {
            json!({
                "nvidia.com/gpu.product": "Tesla-T4-SHARED", "nvidia.com/gpu.count": "2",
                "nvidia.com/gpu.replicas": replicas,
            })
        };
        for (resource, labels, devices, each) in [
            ("nvidia.com/gpu", labels("4"), 2, 4),
            ("nvidia.com/gpu.shared", labels("4"), 2, 4),
            ("nvidia.com/gpu.shared", labels("3"), 1, 8),
            ("nvidia.com/gpu.shared", json!({}), 1, 8),
        ] {
            let [gpus] = machine(&node(&json!({resource: "8"}), &labels))
                .unwrap()
                .offers
                .try_into()
                .unwrap();
            assert_eq!(
                (gpus.devices, gpus.kind.units_each),
                (devices, each),
                "{resource} {labels}"
            );
        }
    }

    #[test]
    fn instances_are_told_from_whole_devices() {
        let labels = json!({
            "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB", "nvidia.com/gpu.count": "8",
            "nvidia.com/mig-1g.5gb.product": "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "nvidia.com/mig-1g.5gb.count": "14",
            "nvidia.com/mig-1g.5gb.memory": "4864",
        });
        let found = node(
            &json!({"nvidia.com/gpu": "6", "nvidia.com/mig-1g.5gb": "14"}),
            &labels,
        );
        let [whole, instances] = machine(&found).unwrap().offers.try_into().unwrap();
        assert_eq!(
            (
                whole.devices,
                whole.kind.profile,
                whole.kind.model.as_deref()
            ),
            (6, None, Some("NVIDIA-A100-SXM4-40GB"))
        );
        assert_eq!(
            (
                instances.devices,
                instances.kind.profile.as_deref(),
                instances.kind.memory_mib,
                instances.kind.model.as_deref()
            ),
            (
                14,
                Some("1g.5gb"),
                Some(4864),
                Some("NVIDIA-A100-SXM4-40GB")
            )
        );
    }

    #[test]
    fn amounts_that_are_no_numbers_of_devices_are_errors_that_name_the_node() {
        for amount in ["1e99", "-3", "", "8½", "4097", "99999999999999999999"] {
            for place in ["allocatable", "capacity"] {
                let mut found = node(&json!({}), &json!({}));
                found["status"][place] = json!({"nvidia.com/gpu": amount});
                let said = machine(&found).unwrap_err();
                assert!(
                    said.starts_with(&format!("Node n1 has `{amount}` of `nvidia.com/gpu`")),
                    "{said}"
                );
            }
        }
    }
}
