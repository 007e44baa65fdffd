//! What hosts rely on, against a recording of moto; `examples/record.rs` makes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use aws_connector::Aws;
use portcullis_testkit::conform::Suite;
use portcullis_testkit::{AwsKeys, Component, Fixture, Script};
use serde_json::json;

fn component() -> Component {
    Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap()
}

#[test]
fn hosts_can_rely_on_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("conform.toml");
    let report = Suite::read(file).unwrap().run(&component()).unwrap();
    assert!(report.has_passed(), "{report}");
}

#[test]
fn the_recording_reads_the_same_natively_and_as_a_component() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges.json");
    let keys = AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "canary-of-this-test".to_owned(),
        session_token: None,
    };
    let fixture = Fixture::new(Script::from_file(file).unwrap())
        .config(|url| json!({ "iam": url }))
        .sigv4("iam", "us-east-1", &keys);
    let [native, component] = fixture.both::<Aws>(&component()).unwrap();
    let facts = native.twice(|plugin| plugin.list_access()).unwrap();
    assert_eq!(component.list_access().unwrap(), facts);
    assert_eq!(facts.subjects.len(), 5);
}
