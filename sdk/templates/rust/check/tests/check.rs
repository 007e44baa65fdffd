//! The check natively and as a component.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use plugin_name_check::PluginName;
use portcullis_testkit::{Component, Fixture, Script, Severity};
use serde_json::{Value, json};

fn plan(replicas: &Value, unknown: &[&str]) -> Value {
    json!({"schema": 1, "resources": [{
        "address": "portcullis_gpu_pool.scoring", "type": "portcullis_gpu_pool", "change": "create",
        "planned": {"gpu": {"replicas": replicas}}, "unknown": unknown,
    }]})
}

#[test]
fn too_many_replicas_are_an_error_and_unknown_ones_are_not() {
    let component = Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap();
    let fixture = Fixture::new(Script::new()).config(|_| json!({"replicas_max": 4}));
    for plugin in fixture.both::<PluginName>(&component).unwrap() {
        assert_eq!(
            plugin.judge(&plan(&json!(4), &[])).unwrap(),
            [],
            "{plugin:?}"
        );
        let findings = plugin.twice(|plugin| plugin.judge(&plan(&json!(5), &[])).unwrap());
        assert_eq!(findings[0].severity, Severity::Error, "{plugin:?}");
        assert_eq!(findings[0].attribute, "gpu.replicas", "{plugin:?}");
        let findings = plugin
            .judge(&plan(&Value::Null, &["gpu.replicas"]))
            .unwrap();
        assert_eq!(findings[0].severity, Severity::Info, "{plugin:?}");
    }
}
