//! What Terraform core asks of schemas before it uses a provider.
#![allow(missing_docs, reason = "a test fails by panicking")]

/// Core refuses a provider whose schemas break these rules, on the practitioner's machine.
#[test]
fn core_accepts_our_schemas() {
    let breaches = tfplugin::guard::schemas(&portcullis::server().schema());
    assert!(breaches.is_empty(), "{breaches:#?}");
}
