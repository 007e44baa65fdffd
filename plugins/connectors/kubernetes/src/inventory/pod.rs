//! Pods, as far as they hold GPUs. Tags are those of `generated.proto` in k8s.io/api/core/v1.

use std::collections::BTreeMap;

use prost::Message;
use serde::Deserialize;

use portcullis_plugin::Failure;

use super::quantity::Quantity;
use super::resource::Offer;
use crate::metadata::{Name, or_default};

/// A pod that is bound to a node and has not ended.
#[derive(Deserialize, Message)]
pub(crate) struct Pod {
    #[prost(message, required, tag = "1")]
    metadata: Name,
    #[prost(message, required, tag = "2")]
    pub(crate) spec: Spec,
}

#[derive(Deserialize, Message)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec {
    #[prost(string, tag = "10")]
    #[serde(default)]
    pub(crate) node_name: String,
    #[prost(message, repeated, tag = "2")]
    #[serde(default, deserialize_with = "or_default")]
    containers: Vec<Container>,
    #[prost(message, repeated, tag = "20")]
    #[serde(default, deserialize_with = "or_default")]
    init_containers: Vec<Container>,
}

#[derive(Deserialize, Message)]
#[serde(rename_all = "camelCase")]
struct Container {
    #[prost(message, required, tag = "8")]
    #[serde(default, deserialize_with = "or_default")]
    resources: Resources,
    #[prost(string, optional, tag = "24")]
    restart_policy: Option<String>,
}

#[derive(Deserialize, Message)]
struct Resources {
    #[prost(btree_map = "string, message", tag = "2")]
    #[serde(default, deserialize_with = "or_default")]
    requests: BTreeMap<String, Quantity>,
    #[prost(btree_map = "string, message", tag = "1")]
    #[serde(default, deserialize_with = "or_default")]
    limits: BTreeMap<String, Quantity>,
}

/// Units by resource.
pub(crate) type Units = BTreeMap<String, u64>;

impl Pod {
    /// What the scheduler holds for it: the containers that run side by side, or what starts before them where that is
    /// more. An init container that restarts always goes on running beside the others.
    ///
    /// # Errors
    /// When an amount is no number.
    pub(crate) fn gpus(&self) -> Result<Units, Failure> {
        let mut running = Units::new();
        let mut before = Units::new();
        let mut most_before = Units::new();
        for container in &self.spec.init_containers {
            let units = self.units(container)?;
            if container.restart_policy.as_deref() == Some("Always") {
                add(&mut running, &units);
                add(&mut before, &units);
                raise(&mut most_before, &before);
            } else {
                let mut beside = before.clone();
                add(&mut beside, &units);
                raise(&mut most_before, &beside);
            }
        }
        for container in &self.spec.containers {
            add(&mut running, &self.units(container)?);
        }
        raise(&mut running, &most_before);
        Ok(running)
    }

    /// A container that states a limit alone requests as much.
    fn units(&self, container: &Container) -> Result<Units, Failure> {
        let Resources { requests, limits } = &container.resources;
        let mut units = Units::new();
        for (resource, quantity) in limits.iter().chain(requests) {
            if Offer::of(resource).is_none() {
                continue;
            }
            let count = quantity.count().ok_or_else(|| {
                Failure::malformed(format!(
                    "Pod {} requests `{}` of `{resource}`, which is no number of devices.",
                    self.metadata.path(),
                    quantity.text()
                ))
            })?;
            units.insert(resource.clone(), count);
        }
        Ok(units)
    }
}

fn add(units: &mut Units, more: &Units) {
    for (resource, count) in more {
        let sum = units.entry(resource.clone()).or_default();
        *sum = sum.saturating_add(*count);
    }
}

fn raise(units: &mut Units, least: &Units) {
    for (resource, count) in least {
        let most = units.entry(resource.clone()).or_default();
        *most = (*most).max(*count);
    }
}

#[cfg(test)]
mod tests {
    use super::Pod;
    use serde_json::{Value, json};

    fn gpus(spec: &Value) -> Result<u64, String> {
        let pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": "p", "namespace": "infer"}, "spec": spec,
        }))
        .unwrap();
        let units = pod.gpus().map_err(|failure| failure.message)?;
        Ok(units.get("nvidia.com/gpu").copied().unwrap_or_default())
    }

    fn container(count: &str) -> Value {
        json!({"resources": {"requests": {"nvidia.com/gpu": count, "cpu": "1500m"}}})
    }

    fn sidecar(count: &str) -> Value {
        let mut container = container(count);
        container["restartPolicy"] = json!("Always");
        container
    }

    #[test]
    fn the_scheduler_holds_the_most_that_a_pod_needs_at_one_time() {
        let limit = json!({"resources": {"limits": {"nvidia.com/gpu": "2"}}});
        for (containers, init, expected) in [
            (json!([]), json!([]), 0),
            (json!([container("1"), container("2")]), json!(null), 3),
            (json!([limit]), json!([]), 2),
            (json!([{"resources": {}}, {}]), json!([]), 0),
            (
                json!([container("1")]),
                json!([container("4"), container("2")]),
                4,
            ),
            (json!([container("3")]), json!([container("2")]), 3),
            (json!([container("1")]), json!([sidecar("1")]), 2),
            (
                json!([container("1")]),
                json!([sidecar("1"), container("4")]),
                5,
            ),
            (
                json!([container("1")]),
                json!([container("4"), sidecar("1")]),
                4,
            ),
            (
                json!([container("1")]),
                json!([sidecar("2"), sidecar("1")]),
                4,
            ),
        ] {
            let spec = json!({"containers": containers, "initContainers": init});
            assert_eq!(gpus(&spec), Ok(expected), "{spec}");
        }
    }

    #[test]
    fn an_amount_that_is_no_number_is_an_error_that_names_the_pod() {
        for amount in ["1e99", "-3", "", "½", "0.5"] {
            let said = gpus(&json!({"containers": [container(amount)]})).unwrap_err();
            assert!(
                said.contains("Pod infer/p requests") && said.contains(amount),
                "{said}"
            );
        }
    }
}
