//! Devices of dynamic resource allocation, out of slices and claims.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_plugin::log;
use serde::{Deserialize, Serialize};

use super::slice::{Claim, Published, Slice};

/// NVIDIA's driver. Other drivers publish other things.
pub(crate) const DRIVER: &str = "gpu.nvidia.com";

/// What is kept of a device. Short names, because a hundred thousand of them may travel in a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Gpu {
    #[serde(rename = "u")]
    pub(crate) uuid: String,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<u32>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(crate) memory_mib: Option<u32>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<String>,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(crate) driver_version: Option<String>,
    #[serde(rename = "f", default, skip_serializing_if = "String::is_empty")]
    pub(crate) fault: String,
    /// Whether a claim holds it, or a part of it.
    #[serde(rename = "h", default, skip_serializing_if = "is_false")]
    pub(crate) is_held: bool,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// Devices by node.
pub(crate) type Gpus = BTreeMap<String, Vec<Gpu>>;

/// The devices of complete pools of the newest generation, by node.
pub(crate) fn gpus(slices: Vec<Slice>, claims: Vec<Claim>, tolerated: &[String]) -> Gpus {
    let held: BTreeSet<(String, String)> = claims
        .into_iter()
        .flat_map(Claim::held)
        .filter(|allocated| allocated.driver == DRIVER)
        .map(|allocated| (allocated.pool, allocated.device))
        .collect();
    let mut gpus = Gpus::new();
    for (pool, slices) in complete(slices) {
        for (node, published) in slices.iter().flat_map(Slice::placed) {
            let is_held = held.contains(&(pool.clone(), published.name.clone()));
            let Some(gpu) = gpu(published, is_held, tolerated) else {
                continue;
            };
            gpus.entry(node.to_owned()).or_default().push(gpu);
        }
    }
    gpus.values_mut().for_each(settle);
    once(&mut gpus);
    gpus
}

/// A device that two nodes have is in one of them, and nobody knows which.
fn once(gpus: &mut Gpus) {
    let mut nodes: BTreeMap<String, usize> = BTreeMap::new();
    for gpu in gpus.values().flatten() {
        *nodes.entry(gpu.uuid.clone()).or_default() += 1;
    }
    nodes.retain(|_, count| *count > 1);
    let mut told = BTreeSet::new();
    for found in gpus.values_mut() {
        found.retain(|gpu| !nodes.contains_key(&gpu.uuid) || told.insert(gpu.uuid.clone()));
        found
            .iter_mut()
            .for_each(|gpu| gpu.is_held |= nodes.contains_key(&gpu.uuid));
    }
}

/// The slices of each pool of NVIDIA's driver that is complete, of its newest generation.
fn complete(slices: Vec<Slice>) -> BTreeMap<String, Vec<Slice>> {
    let mut pools: BTreeMap<String, Vec<Slice>> = BTreeMap::new();
    for slice in slices
        .into_iter()
        .filter(|slice| slice.spec.driver == DRIVER)
    {
        pools
            .entry(slice.spec.pool.name.clone())
            .or_default()
            .push(slice);
    }
    pools.retain(|pool, slices| {
        let newest = slices.iter().map(|slice| slice.spec.pool.generation).max();
        slices.retain(|slice| Some(slice.spec.pool.generation) == newest);
        let found = i64::try_from(slices.len()).unwrap_or(i64::MAX);
        let is_complete = slices.iter().all(|slice| slice.spec.pool.resource_slice_count == found);
        if !is_complete {
            log::warn(&format!(
                "pool `{pool}` of {DRIVER} is being published anew: {found} of its slices are there; its devices are \
                 not counted"
            ));
        }
        is_complete
    });
    pools
}

impl Slice {
    /// Each device with the node that it is in. Devices that any node may reach are of none and not told.
    fn placed(&self) -> impl Iterator<Item = (&str, &Published)> {
        let own = self.spec.node_name.as_str();
        self.spec.devices.iter().filter_map(move |device| {
            let node = if device.node_name.is_empty() {
                own
            } else {
                &device.node_name
            };
            (!node.is_empty()).then_some((node, device))
        })
    }
}

/// None when the driver does not say which device it is.
fn gpu(published: &Published, is_held: bool, tolerated: &[String]) -> Option<Gpu> {
    let kind = published.text("type").unwrap_or("gpu");
    if !matches!(kind, "gpu" | "mig") {
        return None;
    }
    let text = |name: &str| published.text(name).map(str::to_owned);
    let Some(uuid) = text("uuid") else {
        log::warn(&format!(
            "device `{}` of {DRIVER} has no uuid and is not counted",
            published.name
        ));
        return None;
    };
    Some(Gpu {
        uuid,
        model: text("productName"),
        index: published
            .number("index")
            .or_else(|| published.number("minor")),
        memory_mib: published.memory_mib(),
        profile: text("profile").filter(|_| kind == "mig"),
        parent: text("parentUUID").filter(|_| kind == "mig"),
        driver_version: text("driverVersion"),
        fault: published.fault(tolerated),
        is_held,
    })
}

/// One entry for each device: an instance whose device is there too is a part of it that could be made, or that is held
/// with it; a uuid that is there twice is a device of which nobody knows which is true.
fn settle(gpus: &mut Vec<Gpu>) {
    let whole: BTreeSet<String> = gpus
        .iter()
        .filter(|gpu| gpu.parent.is_none())
        .map(|gpu| gpu.uuid.clone())
        .collect();
    let parts: BTreeSet<String> = gpus
        .iter()
        .filter(|gpu| gpu.is_held)
        .filter_map(|gpu| gpu.parent.clone())
        .collect();
    gpus.retain(|gpu| {
        gpu.parent
            .as_ref()
            .is_none_or(|parent| !whole.contains(parent))
    });
    let mut by_uuid: BTreeMap<String, Gpu> = BTreeMap::new();
    for mut gpu in gpus.drain(..) {
        gpu.is_held |= gpu.parent.is_none() && parts.contains(&gpu.uuid);
        by_uuid
            .entry(gpu.uuid.clone())
            .and_modify(|seen| seen.is_held = true)
            .or_insert(gpu);
    }
    *gpus = by_uuid.into_values().collect();
}

#[cfg(test)]
mod tests {
    use super::{Gpus, gpus};
    use serde_json::{Value, json};

    fn read(slices: Value, claims: Value) -> Gpus {
        gpus(
            serde_json::from_value(slices).unwrap(),
            serde_json::from_value(claims).unwrap(),
            &[],
        )
    }

    fn device(name: &str, uuid: &str) -> Value {
        json!({"name": name, "attributes": {
            "type": {"string": "gpu"}, "uuid": {"string": uuid}, "index": {"int": 3},
            "productName": {"string": "NVIDIA H200"}, "driverVersion": {"version": "550.54.15"}},
            "capacity": {"memory": {"value": "143771Mi"}}})
    }

    fn slice(pool: &str, generation: i64, count: i64, devices: &Value) -> Value {
        json!({"metadata": {"name": "s"}, "spec": {
            "driver": "gpu.nvidia.com", "nodeName": "n1", "devices": devices,
            "pool": {"name": pool, "generation": generation, "resourceSliceCount": count}}})
    }

    fn claim(device: &str, admin: bool) -> Value {
        json!({"status": {"allocation": {"devices": {"results": [
            {"request": "r", "driver": "gpu.nvidia.com", "pool": "n1", "device": device, "adminAccess": admin}]}}}})
    }

    fn uuids(gpus: &Gpus) -> Vec<&str> {
        gpus.values()
            .flatten()
            .map(|gpu| gpu.uuid.as_str())
            .collect()
    }

    #[test]
    fn a_device_is_told_with_what_its_driver_says() {
        let found = read(
            json!([slice("n1", 1, 1, &json!([device("gpu-0", "GPU-1")]))]),
            json!([]),
        );
        let gpu = &found["n1"][0];
        assert_eq!(
            (gpu.model.as_deref(), gpu.index, gpu.memory_mib),
            (Some("NVIDIA H200"), Some(3), Some(143_771))
        );
        assert_eq!(
            (gpu.driver_version.as_deref(), gpu.is_held),
            (Some("550.54.15"), false)
        );
    }

    #[test]
    fn parts_of_an_older_version_and_names_with_a_domain_are_read_too() {
        let mut old = device("gpu-0", "GPU-1");
        let attributes = old["attributes"].as_object().unwrap().clone();
        let attributes: serde_json::Map<String, Value> = attributes
            .into_iter()
            .map(|(name, value)| (format!("gpu.nvidia.com/{name}"), value))
            .collect();
        old = json!({"name": "gpu-0", "basic": {"attributes": attributes, "capacity": old["capacity"]}});
        let found = read(json!([slice("n1", 1, 1, &json!([old]))]), json!([]));
        assert_eq!(
            (uuids(&found), found["n1"][0].memory_mib),
            (vec!["GPU-1"], Some(143_771))
        );
    }

    #[test]
    fn only_complete_pools_of_the_newest_generation_count() {
        let one = |name: &str| json!([device("gpu-0", name)]);
        for (slices, expected) in [
            (
                json!([
                    slice("n1", 1, 1, &one("GPU-old")),
                    slice("n1", 2, 1, &one("GPU-new"))
                ]),
                vec!["GPU-new"],
            ),
            (
                json!([
                    slice("n1", 1, 1, &one("GPU-old")),
                    slice("n1", 2, 2, &one("GPU-new"))
                ]),
                vec![],
            ),
            (
                json!([
                    slice("n1", 1, 2, &one("GPU-a")),
                    slice("n1", 1, 2, &one("GPU-b"))
                ]),
                vec!["GPU-a", "GPU-b"],
            ),
            (
                json!([
                    slice("n1", 1, 2, &one("GPU-a")),
                    slice("other", 1, 1, &one("GPU-b"))
                ]),
                vec!["GPU-b"],
            ),
            (json!([slice("n1", 1, 0, &one("GPU-a"))]), vec![]),
        ] {
            assert_eq!(
                uuids(&read(slices.clone(), json!([]))),
                expected,
                "{slices}"
            );
        }
    }

    #[test]
    fn a_claim_holds_what_it_was_allocated_and_a_monitor_holds_nothing() {
        let slices = || {
            json!([slice(
                "n1",
                1,
                1,
                &json!([device("gpu-0", "GPU-1"), device("gpu-1", "GPU-2")])
            )])
        };
        for (claims, held) in [
            (json!([claim("gpu-1", false)]), [false, true]),
            (json!([claim("gpu-1", true)]), [false, false]),
            (
                json!([{"status": null}, {"status": {}}, {}]),
                [false, false],
            ),
        ] {
            let found = read(slices(), claims);
            let found: Vec<bool> = found["n1"].iter().map(|gpu| gpu.is_held).collect();
            assert_eq!(found, held);
        }
    }

    #[test]
    fn an_instance_is_a_part_of_its_device_or_stands_for_it() {
        let part = json!({"name": "mig-0", "attributes": {
            "type": {"string": "mig"}, "uuid": {"string": "MIG-1"}, "profile": {"string": "1g.18gb"},
            "parentUUID": {"string": "GPU-1"}, "productName": {"string": "NVIDIA H200"}}});
        let both = json!([slice("n1", 1, 1, &json!([device("gpu-0", "GPU-1"), part]))]);
        let found = read(both.clone(), json!([]));
        assert_eq!(
            (uuids(&found), found["n1"][0].is_held),
            (vec!["GPU-1"], false)
        );
        let found = read(both, json!([claim("mig-0", false)]));
        assert_eq!(
            (uuids(&found), found["n1"][0].is_held),
            (vec!["GPU-1"], true)
        );
        let found = read(json!([slice("n1", 1, 1, &json!([part]))]), json!([]));
        assert_eq!(
            (uuids(&found), found["n1"][0].profile.as_deref()),
            (vec!["MIG-1"], Some("1g.18gb"))
        );
    }

    #[test]
    fn what_cannot_be_told_apart_is_not_free_and_what_is_no_gpu_is_not_told() {
        let twice = json!([slice(
            "n1",
            1,
            1,
            &json!([device("gpu-0", "GPU-1"), device("gpu-1", "GPU-1")])
        )]);
        let found = read(twice, json!([]));
        assert_eq!(
            (uuids(&found), found["n1"][0].is_held),
            (vec!["GPU-1"], true)
        );
        let mut elsewhere = slice("n2", 1, 1, &json!([device("gpu-0", "GPU-1")]));
        elsewhere["spec"]["nodeName"] = json!("n2");
        let found = read(
            json!([
                slice("n1", 1, 1, &json!([device("gpu-0", "GPU-1")])),
                elsewhere
            ]),
            json!([]),
        );
        assert_eq!(
            (uuids(&found), found["n1"][0].is_held),
            (vec!["GPU-1"], true)
        );
        let mut nic = slice("n1", 1, 1, &json!([device("nic-0", "NIC-1")]));
        nic["spec"]["driver"] = json!("dra.net");
        let mut nowhere = slice("far", 1, 1, &json!([device("gpu-0", "GPU-2")]));
        nowhere["spec"]["nodeName"] = Value::Null;
        let mut unnamed = device("gpu-0", "");
        unnamed["attributes"]["uuid"] = json!({"int": 3});
        let found = read(
            json!([nic, nowhere, slice("n2", 1, 1, &json!([unnamed]))]),
            json!([]),
        );
        assert!(uuids(&found).is_empty(), "{found:?}");
    }
}
