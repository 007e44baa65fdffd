//! What hosts rely on, against a recording of a real Prometheus.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use portcullis_testkit::conform::Suite;
use portcullis_testkit::{Component, Fixture, Script};
use prometheus_connector::Prometheus;
use serde_json::json;

fn component() -> Component {
    Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap()
}

fn file(name: &str) -> std::path::PathBuf {
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
    let fixture = Fixture::new(script).config(|url| json!({"url": url, "cluster": "gpu-prod"}));
    let [native, component] = fixture.both::<Prometheus>(&component()).unwrap();
    let devices = native.twice(|plugin| plugin.list_inventory()).unwrap();
    assert_eq!(component.list_inventory().unwrap(), devices);
    let free = devices.iter().filter(|device| device.allocation == "free");
    assert_eq!((devices.len(), free.count()), (8, 6));
}
