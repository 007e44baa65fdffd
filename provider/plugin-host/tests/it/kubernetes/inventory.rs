//! GPUs of nodes, as a real server has them.

use std::thread;
use std::time::{Duration, Instant};

use kubernetes_server::Cluster;
use portcullis_plugin_host::DeviceRecord;
use serde_json::{Value, json};

use super::{MINUTE, account, binding, cluster_role, connector, create, namespace, own, shared};
use crate::support::Folder;

/// A node that is ready, with the labels of its GPUs when it has any.
fn node(name: &str, gpus: &str, product: Option<&str>) -> Value {
    let labels = product.map(|product| {
        json!({
            "nvidia.com/gpu.product": product, "nvidia.com/gpu.count": gpus, "nvidia.com/gpu.replicas": "1",
            "nvidia.com/gpu.memory": "143771", "topology.kubernetes.io/zone": "eu-1a",
            "nvidia.com/cuda.driver-version.full": "550.54.15",
        })
    });
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
        "status": {
            "capacity": {"nvidia.com/gpu": gpus}, "allocatable": {"nvidia.com/gpu": gpus},
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        },
    })
}

fn pod(namespace: &str, name: &str, node: Option<&str>, gpus: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
        "spec": {"nodeName": node, "containers": [
            {"name": "c", "image": "scratch", "resources": {"limits": {"nvidia.com/gpu": gpus}}}]},
    })
}

async fn devices(
    folder: &Folder,
    cluster: &Cluster,
    config: Value,
    prefix: &str,
) -> Vec<DeviceRecord> {
    let connector = connector(folder, cluster, cluster.admin_token(), config);
    let mut devices = connector.list_inventory(MINUTE).await.unwrap();
    devices.retain(|device| device.node.starts_with(prefix));
    devices
}

fn lines(devices: &[DeviceRecord]) -> Vec<String> {
    let line = |device: &DeviceRecord| {
        let reason = match device.health_reason.as_str() {
            "" => String::new(),
            reason => format!(" ({reason})"),
        };
        format!(
            "{} {} {} {}{reason}",
            device.uuid, device.model, device.allocation, device.health
        )
    };
    devices.iter().map(line).collect()
}

/// Nodes that pods cannot come to, or whose labels say something else than what they offer.
fn troubled() -> [Value; 5] {
    let mut cordoned = node("gpu-cordoned", "1", Some("NVIDIA-H200"));
    cordoned["spec"] = json!({"unschedulable": true});
    let mut tainted = node("gpu-tainted", "1", Some("NVIDIA-H200"));
    tainted["spec"] = json!({"taints": [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}, {"key": "team", "effect": "NoExecute"}]});
    let mut lost = node("gpu-lost", "1", Some("NVIDIA-H200"));
    lost["status"]["conditions"] =
        json!([{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]);
    let mut sick = node("gpu-sick", "2", Some("NVIDIA-H200"));
    sick["status"]["allocatable"] = json!({"nvidia.com/gpu": "1"});
    let mut mixed = node("gpu-mixed", "2", Some("Tesla-T4"));
    mixed["metadata"]["labels"]["nvidia.com/gpu.count"] = json!("1");
    [cordoned, lost, mixed, sick, tainted]
}

#[tokio::test]
async fn devices_are_allocatable_minus_what_bound_pods_hold() {
    let Some(cluster) = shared() else { return };
    let [cordoned, lost, mixed, sick, tainted] = troubled();
    create(
        &cluster,
        &json!([
            namespace("gpus"),
            namespace("other-gpus"),
            node("gpu-a", "4", Some("NVIDIA-H200")),
            cordoned,
            lost,
            mixed,
            sick,
            tainted,
            node("gpu-none", "0", None),
            pod("gpus", "bound", Some("gpu-a"), "1"),
            pod("other-gpus", "bound-elsewhere", Some("gpu-a"), "1"),
            pod("gpus", "waiting", None, "2"),
            pod("gpus", "ended", Some("gpu-a"), "1"),
        ]),
    );
    let admin = cluster.admin().unwrap();
    admin
        .patch(
            "/api/v1/namespaces/gpus/pods/ended/status",
            &json!({"status": {"phase": "Failed"}}),
        )
        .unwrap();
    let folder = Folder::new();
    // `namespaces` narrows access and never what is held.
    let config = json!({"cluster": "gpu-prod", "namespaces": ["gpus"], "page_size": 2});
    let found = devices(&folder, &cluster, config, "gpu-").await;
    let h200 = |line: &str| line.replace('|', "NVIDIA-H200");
    assert_eq!(
        lines(&found),
        [
            "gpu-a:gpu:0 | used healthy",
            "gpu-a:gpu:1 | used healthy",
            "gpu-a:gpu:2 | free healthy",
            "gpu-a:gpu:3 | free healthy",
            "gpu-cordoned:gpu:0 | free failed (the node is cordoned)",
            "gpu-lost:gpu:0 | free failed (the node is not ready: NodeStatusUnknown)",
            "gpu-mixed:gpu:0 unreported free healthy",
            "gpu-mixed:gpu:1 unreported free healthy",
            "gpu-sick:gpu:0 | free healthy",
            "gpu-sick:gpu:1 | free failed (the device plugin calls it unhealthy)",
            "gpu-tainted:gpu:0 | free failed (the node has the taint team:NoExecute)",
        ]
        .map(h200)
    );
    let first = &found[0];
    assert_eq!(
        (first.index, first.memory_mib, first.grade.as_str()),
        (Some(0), Some(143_771), "counted")
    );
    assert_eq!(
        first.labels,
        [
            ("cluster", "gpu-prod"),
            ("driver_version", "550.54.15"),
            ("zone", "eu-1a")
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn an_account_that_may_not_list_pods_is_given_no_inventory() {
    let Some(cluster) = shared() else { return };
    create(
        &cluster,
        &json!([
            namespace("half"),
            account("half", "portcullis"),
            cluster_role(
                "only-nodes",
                json!([{"verbs": ["list"], "apiGroups": [""], "resources": ["nodes"]}])
            ),
            binding(
                None,
                "only-nodes",
                ("ClusterRole", "only-nodes"),
                json!([
                {"kind": "ServiceAccount", "name": "portcullis", "namespace": "half"}])
            ),
        ]),
    );
    let token = cluster.account_token("half", "portcullis").unwrap();
    let folder = Folder::new();
    let connector = connector(&folder, &cluster, &token, json!({}));
    let error = connector
        .list_inventory(MINUTE)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("does not let this connector list `pods`"),
        "{error}"
    );
    assert!(
        error.contains("clusterrole portcullis-inventory --verb=list --resource=nodes,pods"),
        "{error}"
    );
}

/// The server is older than dynamic resource allocation: its resources are custom ones here, in the shape of v1beta1.
fn serve_dra(cluster: &Cluster) {
    let resource = |kind: &str, scope: &str| {
        let plural = format!("{}s", kind.to_lowercase());
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {
                "name": format!("{plural}.resource.k8s.io"),
                "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"},
            },
            "spec": {
                "group": "resource.k8s.io", "scope": scope, "names": {"kind": kind, "plural": plural},
                "versions": [{"name": "v1beta1", "served": true, "storage": true, "schema": {
                    "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}],
            },
        })
    };
    create(
        cluster,
        &json!([
            resource("ResourceSlice", "Cluster"),
            resource("ResourceClaim", "Namespaced")
        ]),
    );
    let admin = cluster.admin().unwrap();
    let end = Instant::now() + MINUTE;
    for path in ["resourceslices", "resourceclaims"] {
        let path = format!("/apis/resource.k8s.io/v1beta1/{path}");
        while admin.send("GET", &path, &[], b"").unwrap().status != 200 {
            assert!(Instant::now() < end, "{path} is not served");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn slice(name: &str, node: &str, generation: u32, devices: &[&str]) -> Value {
    let devices = devices.iter().enumerate().map(|(index, uuid)| {
        json!({"name": format!("gpu-{index}"), "basic": {
            "attributes": {
                "type": {"string": "gpu"}, "uuid": {"string": uuid}, "productName": {"string": "NVIDIA H200"},
                "driverVersion": {"version": "570.0.1"}, "index": {"int": index}},
            "capacity": {"memory": {"value": "143771Mi"}}}})
    });
    let devices: Vec<Value> = devices.collect();
    json!({
        "apiVersion": "resource.k8s.io/v1beta1", "kind": "ResourceSlice", "metadata": {"name": name},
        "spec": {"driver": "gpu.nvidia.com", "nodeName": node, "devices": devices,
            "pool": {"name": node, "generation": generation, "resourceSliceCount": 1}},
    })
}

#[tokio::test]
async fn devices_of_dynamic_resource_allocation_are_told_by_uuid() {
    let Some(cluster) = own() else { return };
    serve_dra(&cluster);
    create(
        &cluster,
        &json!([
            namespace("infer"),
            node("dra-a", "0", None),
            node("dra-both", "2", Some("NVIDIA-H200")),
            slice("a-old", "dra-a", 1, &["GPU-a-gone"]),
            slice("a-new", "dra-a", 2, &["GPU-a-0", "GPU-a-1"]),
            slice("both", "dra-both", 1, &["GPU-b-0", "GPU-b-1"]),
            pod("infer", "by-plugin", Some("dra-both"), "1"),
            {"apiVersion": "resource.k8s.io/v1beta1", "kind": "ResourceClaim",
                "metadata": {"name": "c", "namespace": "infer"},
                "status": {"allocation": {"devices": {"results": [
                    {"request": "r", "driver": "gpu.nvidia.com", "pool": "dra-a", "device": "gpu-1"}]}}}},
        ]),
    );
    let folder = Folder::new();
    let found = devices(&folder, &cluster, json!({}), "dra-").await;
    assert_eq!(
        lines(&found),
        [
            "GPU-a-0 NVIDIA H200 free healthy",
            "GPU-a-1 NVIDIA H200 used healthy",
            "GPU-b-0 NVIDIA H200 unknown healthy",
            "GPU-b-1 NVIDIA H200 unknown healthy",
        ]
    );
    let driver = ("driver_version".to_owned(), "570.0.1".to_owned());
    assert!(
        found.iter().all(|device| device.labels.contains(&driver)),
        "{found:?}"
    );
}
