use serde_json::{Value, json};

use super::{Rights, covers};
use crate::grants::{Grants, Phase};
use crate::http::target::Target;
use crate::manifest::Manifest;

fn manifest() -> Manifest {
    serde_json::from_value(json!({
        "schema": 1, "name": "c", "version": "1", "world": "connector",
        "http": [
            {"origin": "config:url", "methods": ["GET", "POST"], "path_prefix": "/api/"},
            {"origin": "https://fixed.example", "methods": ["GET", "TRACE"], "path_prefix": "/"},
            {"origin": "https://query.example", "methods": ["POST", "GRPC"], "path_prefix": "/v1", "reads": true},
        ],
        "secrets": [
            {"name": "TOKEN", "header": "Authorization", "origin": "https://fixed.example"},
            {"name": "OLD", "header": "x-key"},
        ],
    }))
    .unwrap()
}

fn rights(grants: &Grants) -> Rights {
    let manifest = manifest();
    let config = json!({"url": "http://10.0.0.1:9090/ignored"});
    Rights::new(
        &manifest.http,
        &manifest.secrets,
        &manifest.signatures,
        &config,
        grants,
    )
}

fn target(url: &str) -> Target {
    Target::parse(url).unwrap()
}

fn hosts(urls: &[&str]) -> Grants {
    let grant = |all: Grants, url: &&str| all.host(url).unwrap();
    urls.iter().fold(Grants::none(), grant)
}

/// What is missing; none when the request may be sent.
fn refusal(grants: &Grants, phase: Phase, method: &str, url: &str) -> Option<String> {
    let refused = rights(grants).permit(phase, method, &target(url)).err();
    refused.map(|refusal| refusal.reason)
}

#[test]
fn asked_and_granted_is_permitted() {
    let granted = hosts(&["http://10.0.0.1:9090"]);
    let url = "http://10.0.0.1:9090/api/v1";
    assert_eq!(refusal(&granted, Phase::Plan, "GET", url), None);
    assert_eq!(refusal(&granted, Phase::Apply, "GET", url), None);
    assert_eq!(refusal(&granted, Phase::Apply, "POST", url), None);
}

#[test]
fn anything_less_is_refused() {
    let granted = hosts(&[
        "http://10.0.0.1:9090",
        "https://fixed.example/v1",
        "https://other.example",
        "https://query.example",
    ]);
    use Phase::{Apply, Plan};
    for (phase, method, url, reason) in [
        (
            Plan,
            "GET",
            "https://other.example/",
            "does not ask for `https://other.example`",
        ),
        (Plan, "POST", "http://10.0.0.1:9090/api/x", "may change"),
        (
            Apply,
            "DELETE",
            "http://10.0.0.1:9090/api/x",
            "does not ask for `DELETE",
        ),
        (
            Apply,
            "POST",
            "https://fixed.example/v1",
            "does not ask for `POST",
        ),
        (
            Apply,
            "TRACE",
            "https://fixed.example/v1",
            "does not ask for `TRACE",
        ),
        (
            Plan,
            "GET",
            "http://10.0.0.1:9090/apis",
            "does not ask for `GET /apis`",
        ),
        (
            Plan,
            "GET",
            "https://10.0.0.1:9090/api/",
            "does not ask for `https://10.0.0.1:9090`",
        ),
        (
            Plan,
            "GET",
            "http://10.0.0.1:22/api/",
            "does not ask for `http://10.0.0.1:22`",
        ),
        (
            Plan,
            "GET",
            "https://fixed.example/v10",
            "does not cover the path `/v10`",
        ),
        (Plan, "POST", "https://query.example/v1", "may change"),
    ] {
        let found = refusal(&granted, phase, method, url).unwrap_or_default();
        assert!(found.contains(reason), "{method} {url}: {found}");
    }
    let found = refusal(&hosts(&[]), Phase::Plan, "GET", "https://fixed.example/");
    assert!(found.is_some_and(|found| found.contains("is not granted")));
}

#[test]
fn reads_need_the_word_of_both_sides_and_the_path_of_both() {
    let granted = hosts(&["https://query.example", "http://10.0.0.1:9090"]);
    let reads = granted
        .reads("https://query.example/v1/query")
        .unwrap()
        .reads("http://10.0.0.1:9090")
        .unwrap();
    let plan = |method, url| refusal(&reads, Phase::Plan, method, url);
    assert_eq!(plan("POST", "https://query.example/v1/query/x"), None);
    assert_eq!(plan("GRPC", "https://query.example/v1/query"), None);
    assert!(plan("POST", "https://query.example/v1/other").is_some());
    assert!(
        plan("POST", "http://10.0.0.1:9090/api/x").is_some(),
        "the manifest does not say so"
    );
    let alone = Grants::none().reads("https://query.example").unwrap();
    let found = refusal(&alone, Phase::Plan, "POST", "https://query.example/v1");
    assert!(found.is_some(), "reads grant nothing by themselves");
}

#[test]
fn a_narrow_grant_holds_for_its_methods_and_phases() {
    let narrow = Grants::none()
        .request("http://10.0.0.1:9090/api", &["POST"], &[Phase::Apply])
        .unwrap();
    let refused = |phase, method| refusal(&narrow, phase, method, "http://10.0.0.1:9090/api/x");
    assert_eq!(refused(Phase::Apply, "POST"), None);
    assert!(refused(Phase::Plan, "POST").is_some());
    let found = refused(Phase::Apply, "GET").unwrap();
    assert!(found.contains("do not name `GET`"), "{found}");
    let reading = Grants::none()
        .request("http://10.0.0.1:9090", &["GET"], &[Phase::Apply])
        .unwrap();
    let found = refusal(&reading, Phase::Plan, "GET", "http://10.0.0.1:9090/api/x").unwrap();
    assert!(found.contains("do not name this phase"), "{found}");
}

#[test]
fn a_secret_goes_to_the_header_and_origin_of_the_manifest_alone() {
    let grants = hosts(&["https://fixed.example", "http://10.0.0.1:9090"]);
    let grants = grants.secret("TOKEN", "s3cr3t-value").unwrap();
    let grants = grants.secret("OLD", "s3cr3t-value").unwrap();
    let asked = manifest().secrets;
    let refused = |grants: &Grants, name, header, url| {
        let origin = target(url).origin;
        let refused = rights(grants).permit_secret(name, header, &origin, &asked);
        refused.err().map(|refusal| refusal.reason)
    };
    let fixed = "https://fixed.example";
    assert_eq!(refused(&grants, "TOKEN", "authorization", fixed), None);
    for (name, header, url, reason) in [
        (
            "TOKEN",
            "authorization",
            "http://10.0.0.1:9090",
            "is for `https://fixed.example`",
        ),
        ("TOKEN", "x-key", fixed, "does not ask for the secret"),
        (
            "OTHER",
            "authorization",
            fixed,
            "does not ask for the secret",
        ),
        ("OLD", "x-key", fixed, "is not granted"),
    ] {
        let found = refused(&grants, name, header, url).unwrap_or_default();
        assert!(found.contains(reason), "{name} {header} {url}: {found}");
    }
    let elsewhere = hosts(&["http://10.0.0.1:9090"])
        .secret("TOKEN", "s3cr3t-value")
        .unwrap();
    assert!(
        refused(&elsewhere, "TOKEN", "authorization", fixed).is_some(),
        "its origin is not granted"
    );
}

#[test]
fn private_addresses_need_a_grant_of_the_address_and_port() {
    let named = hosts(&["http://prom.example:9090"]);
    let by_name = Rights::new(&[], &[], &[], &Value::Null, &named);
    let addressed = named.host("http://10.0.0.1:9090").unwrap();
    let by_address = Rights::new(&[], &[], &[], &Value::Null, &addressed);
    let origin = target("http://prom.example:9090").origin;
    let elsewhere = target("http://prom.example:22").origin;
    let private = "10.0.0.1".parse().unwrap();
    assert!(by_name.permit_address(&origin, private).is_err());
    assert!(by_address.permit_address(&origin, private).is_ok());
    assert!(by_address.permit_address(&elsewhere, private).is_err());
    let public = "8.8.8.8".parse().unwrap();
    assert!(by_name.permit_address(&origin, public).is_ok());
}

#[test]
fn prefixes_end_at_segments() {
    assert!(covers("/", "/x") && covers("/v1", "/v1") && covers("/v1", "/v1/x"));
    assert!(covers("/v1/", "/v1/x"));
    assert!(!covers("/v1", "/v10") && !covers("/v1/", "/v1"));
}
