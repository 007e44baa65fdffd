//! The connector natively and as a component, and what hosts rely on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use plugin_name_connector::PluginName;
use portcullis_testkit::{Answer, Component, Fixture, Script, conform::Suite};
use serde_json::json;

fn component() -> Component {
    Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap()
}

fn fixture(script: Script) -> Fixture {
    Fixture::new(script)
        .config(|url| json!({ "url": url }))
        .secret("PLATFORM_TOKEN", "a token of the test platform")
}

#[test]
fn gpus_of_every_page_are_listed() {
    let gpu = |id: &str| {
        json!({
            "id": id, "model": "NVIDIA H200", "node": "n1", "memory_mib": 143_771, "busy": false, "healthy": true,
            "seen_at": 1_795_391_990,
        })
    };
    let component = component();
    let first = json!({"items": [gpu("GPU-1")], "next": "2"});
    let second = json!({"items": [gpu("GPU-2")], "next": null});
    let fixture = fixture(
        Script::new()
            .get("/v1/gpus?cursor=2", Answer::json(second))
            .get("/v1/gpus", Answer::json(first)),
    );
    for plugin in fixture.both::<PluginName>(&component).unwrap() {
        let devices = plugin.twice(|plugin| plugin.list_inventory()).unwrap();
        let uuids: Vec<&str> = devices.iter().map(|device| device.uuid.as_str()).collect();
        assert_eq!(uuids, ["GPU-1", "GPU-2"], "{plugin:?}");
        assert_eq!(devices[0].allocation, "free", "{plugin:?}");
    }
}

#[test]
fn hosts_can_rely_on_it() {
    let suite = Suite::read(concat!(env!("CARGO_MANIFEST_DIR"), "/conform.toml")).unwrap();
    let report = suite.run(&component()).unwrap();
    assert!(report.has_passed(), "{report}");
}
