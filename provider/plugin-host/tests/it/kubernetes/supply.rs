//! Quotas of Kueue, whose kinds a real server serves as its own.

use std::thread;
use std::time::{Duration, Instant};

use kubernetes_server::Cluster;
use portcullis_plugin_host::Supply;
use serde_json::{Value, json};

use super::{MINUTE, connector, create, namespace, own};
use crate::support::Folder;

const VERSION: &str = "kueue.x-k8s.io/v1beta1";

/// A kind as Kueue defines it, with whatever content.
fn kind(kind: &str, plural: &str, scope: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.kueue.x-k8s.io")},
        "spec": {
            "group": "kueue.x-k8s.io", "scope": scope,
            "names": {"kind": kind, "plural": plural},
            "versions": [{
                "name": "v1beta1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}

fn flavor(name: &str, product: &str) -> Value {
    json!({
        "apiVersion": VERSION, "kind": "ResourceFlavor", "metadata": {"name": name},
        "spec": {"nodeLabels": {"nvidia.com/gpu.product": product}},
    })
}

fn queue(name: &str, nominal: &str, reserved: &str) -> Value {
    json!({
        "apiVersion": VERSION, "kind": "ClusterQueue", "metadata": {"name": name},
        "spec": {"cohort": "research", "resourceGroups": [{"coveredResources": ["nvidia.com/gpu"], "flavors": [
            {"name": "h200", "resources": [{"name": "nvidia.com/gpu", "nominalQuota": nominal}]}]}]},
        "status": {"flavorsReservation": [{"name": "h200", "resources": [{"name": "nvidia.com/gpu", "total": reserved}]}]},
    })
}

async fn supply(cluster: &Cluster, config: Value) -> Result<Supply, String> {
    let folder = Folder::new();
    let connector = connector(&folder, cluster, cluster.admin_token(), config);
    let supply = connector.list_supply(MINUTE).await;
    supply.map_err(|error| error.to_string())
}

fn lines(supply: &Supply) -> Vec<String> {
    let quotas = supply.quotas.iter();
    quotas
        .map(|quota| {
            let labels: Vec<String> = quota
                .labels
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            format!(
                "{} [{}] {} of {} {} {}",
                quota.name,
                quota.model,
                quota.used,
                quota.limit,
                quota.unit,
                labels.join(" ")
            )
        })
        .collect()
}

/// A kind that was just defined is served a moment later.
fn created(cluster: &Cluster, object: &Value) {
    let (admin, end) = (
        cluster.admin().unwrap(),
        Instant::now() + Duration::from_secs(30),
    );
    while let Err(error) = admin.create(object) {
        assert!(Instant::now() < end, "{error:#}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[tokio::test]
async fn quotas_are_those_of_the_queues() {
    let Some(cluster) = own() else { return };
    let none = supply(&cluster, json!({})).await.unwrap();
    assert!(
        none.quotas.is_empty() && none.pools.is_empty(),
        "Kueue is not installed"
    );
    create(
        &cluster,
        &json!([
            namespace("research"),
            kind("ClusterQueue", "clusterqueues", "Cluster"),
            kind("ResourceFlavor", "resourceflavors", "Cluster"),
            kind("LocalQueue", "localqueues", "Namespaced"),
        ]),
    );
    let local = json!({
        "apiVersion": VERSION, "kind": "LocalQueue", "metadata": {"name": "batch", "namespace": "research"},
        "spec": {"clusterQueue": "training"},
    });
    let objects = [
        flavor("h200", "NVIDIA-H200"),
        queue("serving", "16", "4"),
        queue("training", "8", "6"),
        local,
    ];
    for object in &objects {
        created(&cluster, object);
    }
    let all = supply(&cluster, json!({"namespaces": ["default"], "page_size": 1}))
        .await
        .unwrap();
    assert_eq!(
        lines(&all),
        [
            "serving/NVIDIA-H200 [NVIDIA-H200] 4 of 18 devices flavors=h200 queue=serving",
            "training/NVIDIA-H200 [NVIDIA-H200] 6 of 20 devices flavors=h200 queue=training",
        ]
    );
    let one = supply(&cluster, json!({"local_queue": "research/batch"}))
        .await
        .unwrap();
    assert_eq!(lines(&one), lines(&all)[1..]);
    let unknown = supply(&cluster, json!({"local_queue": "research/none"}))
        .await
        .unwrap_err();
    assert!(
        unknown.contains("`research/none`, and Kueue has no such queue"),
        "{unknown}"
    );

    let admin = cluster.admin().unwrap();
    for (amount, expected) in [
        ("-1", "`-1`"),
        ("many", "`many`"),
        ("99999999999999999999999", "no number of GPUs"),
    ] {
        admin
            .patch(
                "/apis/kueue.x-k8s.io/v1beta1/clusterqueues/serving",
                &json!({"status": {"flavorsReservation": [
                    {"name": "h200", "resources": [{"name": "nvidia.com/gpu", "total": amount}]}]}}),
            )
            .unwrap();
        let error = supply(&cluster, json!({})).await.unwrap_err();
        assert!(
            error.contains("The queue `serving` of Kueue") && error.contains(expected),
            "{error}"
        );
    }
}
