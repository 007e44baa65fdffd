//! What hosts rely on, against a recording of a real slurmrestd; `examples/record.rs` makes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use portcullis_testkit::conform::Suite;
use portcullis_testkit::{Component, Fixture, Script};
use serde_json::json;
use slurm_connector::Slurm;

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
        .config(|url| json!({"url": url, "user": "portcullis", "notice_hours": 87_600}))
        .secret("SLURM_JWT", "canary-of-this-test");
    let [native, component] = fixture.both::<Slurm>(&component()).unwrap();
    let devices = native.twice(|plugin| plugin.list_inventory()).unwrap();
    assert_eq!(component.list_inventory().unwrap(), devices);
    let on = |node: &str| {
        let on = devices.iter().filter(|device| device.node == node);
        on.map(|device| format!("{} {}", device.allocation, device.health_reason))
            .collect::<Vec<_>>()
    };
    assert_eq!(on("h200-1")[..4], ["used ", "used ", "used ", "free "]);
    assert_eq!(on("h200-2"), ["free the node is drained: fan"; 8]);
    assert_eq!(on("l4-1"), ["used "; 4]);
    assert_eq!(on("l4-2"), ["free the node has not registered"; 4]);
}
