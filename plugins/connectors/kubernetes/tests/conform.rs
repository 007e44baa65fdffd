//! What hosts rely on, against a recording of a real API server; `examples/record.rs` makes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use kubernetes_connector::Kubernetes;
use portcullis_testkit::conform::Suite;
use portcullis_testkit::{Component, DeviceRecord, Fixture, Script};
use serde_json::json;

fn component() -> Component {
    Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap()
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn hosts_can_rely_on_it() {
    let suite = Suite::read(file("conform.toml")).unwrap();
    let report = suite.run(&component()).unwrap();
    assert!(report.has_passed(), "{report}");
}

#[test]
fn the_recording_reads_the_same_natively_and_as_a_component() {
    let script = Script::from_file(file("tests/exchanges.json")).unwrap();
    let fixture = Fixture::new(script)
        .config(|url| json!({"url": url, "namespaces": ["infer"], "page_size": 40}))
        .secret("KUBERNETES_TOKEN", "canary-of-this-test");
    let [native, component] = fixture.both::<Kubernetes>(&component()).unwrap();
    let facts = native.twice(|plugin| plugin.list_access()).unwrap();
    assert_eq!(component.list_access().unwrap(), facts);
    let runs_as = facts.edges.iter().filter(|edge| edge.relation == "runs_as");
    let runs_as: Vec<(&str, &str)> = runs_as
        .map(|edge| (edge.from.as_str(), edge.to.as_str()))
        .collect();
    assert_eq!(
        runs_as,
        [
            ("deployment:infer/fraud", "sa:infer/fraud-runtime"),
            ("pod:infer/fraud-1", "sa:infer/fraud-runtime"),
            ("pod:infer/fraud-2", "sa:infer/fraud-runtime"),
        ]
    );
    let mut objects = facts.objects.iter();
    let issuer = objects.find(|object| object.kind == "issuer").unwrap();
    assert_eq!(issuer.id, "issuer:https://kubernetes.default.svc");
    let devices = native.twice(|plugin| plugin.list_inventory()).unwrap();
    assert_eq!(component.list_inventory().unwrap(), devices);
    let is_there =
        |device: &&DeviceRecord| device.allocation == "free" && device.health == "healthy";
    let free = devices.iter().filter(is_there);
    assert_eq!((devices.len(), free.count()), (10, 5));
}

/// Nobody has to read the file to know that no value of a secret and no token is in it.
#[test]
fn the_recording_holds_no_secret() {
    let recording = std::fs::read_to_string(file("tests/exchanges.json")).unwrap();
    for value in [
        "made-up",
        "bWFkZS11cA",
        "admin-of-this-test-cluster",
        "Bearer ",
    ] {
        assert!(!recording.contains(value), "{value}");
    }
}
