//! What hosts rely on, against a real server: only one that keeps what it is told can be asked whether it did.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a test fails by panicking, and says on standard output what it left out"
)]

use std::path::Path;

use openbao_server::{INSTALL, Server};
use portcullis_testkit::Component;
use portcullis_testkit::conform::Suite;
use serde_json::json;

const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\nq9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n-----END PUBLIC KEY-----";

#[test]
fn hosts_can_rely_on_it() {
    if !openbao_server::is_installed() {
        let line = format!(
            "not run: conformance of connector `openbao` (needs the server that `{INSTALL}` installs)"
        );
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{line}");
        println!("{line}");
        return;
    }
    let server = Server::start().unwrap();
    let root = server.root();
    root.post("sys/auth/jwt", &json!({"type": "jwt"})).unwrap();
    let trust = json!({"jwt_validation_pubkeys": [KEY], "bound_issuer": "https://issuer.example"});
    root.post("auth/jwt/config", &trust).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("conform.toml");
    let description = std::fs::read_to_string(file).unwrap();
    let description = description.replace("http://127.0.0.1:8200", &server.url());
    let suite: Suite = description.parse().unwrap();
    let component = Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap();
    let report = suite.run(&component).unwrap();
    assert!(report.has_passed(), "{report}");
}
