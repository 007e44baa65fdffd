//! A server with an auth method that this connector does not know: no server of ours has one.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test fails by panicking"
)]

use openbao_connector::OpenBao;
use portcullis_testkit::{Answer, Component, Fixture, Script};
use serde_json::json;

fn script() -> Script {
    let none = || Answer::json(json!({"data": {"keys": []}}));
    let methods = json!({"data": {"saml/": {"type": "saml", "accessor": "auth_saml_1"}}});
    Script::new()
        .get("/v1/sys/namespaces", none())
        .get("/v1/sys/policies/acl", none())
        .get("/v1/identity/entity/id", none())
        .get("/v1/identity/group/id", none())
        .get("/v1/sys/auth", Answer::json(methods))
}

#[test]
fn a_method_that_is_not_known_has_to_be_passed_over_by_name() {
    let component = Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap();
    for (passed_over, is_told) in [
        (vec![], false),
        (vec!["auth/other/"], false),
        (vec!["auth/saml/"], true),
    ] {
        let fixture = Fixture::new(script())
            .config(move |url| json!({"url": url, "tokens": false, "passed_over": passed_over}))
            .secret("BAO_TOKEN", "canary-of-this-test");
        for plugin in fixture.both::<OpenBao>(&component).unwrap() {
            let told = plugin.list_access();
            assert_eq!(told.is_ok(), is_told, "{told:?}");
            if let Err(stopped) = told {
                assert_eq!(stopped.kind, "config", "{stopped}");
                assert!(
                    stopped.to_string().contains("auth method `auth/saml`"),
                    "{stopped}"
                );
            }
        }
    }
}
