//! The suite can fail: for each kind of case there is a connector with the bug that it must find.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use portcullis_testkit::conform::{Report, Suite};
use portcullis_testkit::{Component, write_exchanges};

/// A bug, and the cases of which at least these must fail.
const PLANTED: [(&str, &[&str]); 22] = [
    ("loses-last-page", &["list inventory"]),
    ("repeats-first-page", &["paging-complete inventory"]),
    ("unstable-order", &["paging-stable inventory"]),
    (
        "denies-unknown-fields",
        &["unknown-fields-tolerated inventory"],
    ),
    ("remembers-instead-of-reading", &["read-anew inventory"]),
    (
        "takes-errors-for-nothing",
        &[
            // Faults that pass are tried again, for as long as chance has it, and may spend the deadline.
            "fault status-401 inventory always",
            "fault garbage inventory always",
        ],
    ),
    (
        "takes-garbage-for-nothing",
        &[
            "fault garbage inventory always",
            "fault empty-body inventory always",
        ],
    ),
    (
        "calls-everything-internal",
        &["fault status-403 inventory always"],
    ),
    (
        "calls-refusal-unreachable",
        &[
            "fault status-403 inventory always",
            "fault status-401 inventory always",
        ],
    ),
    ("ignores-status", &["fault status-403 inventory always"]),
    ("forgets-attributes", &["create pool"]),
    ("cannot-find-by-name", &["read-after-create pool"]),
    ("plans-for-ever", &["second-plan-empty pool"]),
    (
        "forgets-token",
        &[
            "token-retry-makes-one pool",
            "lost-answer-makes-one pool",
            "duplicate-delivery-makes-one pool",
        ],
    ),
    ("plans-no-update", &["update pool"]),
    ("deletes-nothing", &["delete pool"]),
    ("fails-on-gone", &["delete-twice pool"]),
    (
        "issues-for-each-try",
        &["issue-retry-makes-one", "issue-lost-answer-makes-one"],
    ),
    ("forgets-ttl", &["issue"]),
    ("revokes-nothing", &["revoked-is-gone"]),
    ("fails-on-revoked", &["revoke-twice"]),
    // Logs whatever the server says, its secrets among it: the host lets none of them through.
    ("echoes-answers", &[]),
];

/// Suites that run at one time; a host has room for 128 guests, and each suite has several.
const TOGETHER: usize = 6;

fn suite(bug: &str) -> Suite {
    format!(
        r#"
        [platform]
        reference = "honest"
        [config]
        url = "{{platform}}"
        bug = "{bug}"
        [secrets]
        PLATFORM_TOKEN = "canary-0123456789"
        [inventory]
        devices = 5
        [[objects]]
        kind = "pool"
        name = "conform"
        attributes = {{ size = 2 }}
        changed = {{ size = 3 }}
        count = {{ path = "/v1/pools", items = "/items", name = "/name", secret = "PLATFORM_TOKEN" }}
        [credentials]
        workload = "spiffe://acme.example/ns/infer/sa/conform"
        job = "conform"
        audience = "https://api.example.com"
        ttl_seconds = 600
        scope = {{}}
        count = {{ path = "/v1/tokens", items = "/items", name = "/id", secret = "PLATFORM_TOKEN" }}
        "#
    )
    .parse()
    .unwrap()
}

fn component() -> Component {
    Component::build("faulty-connector", env!("CARGO_MANIFEST_DIR")).unwrap()
}

#[test]
fn a_connector_in_order_passes_and_every_bug_is_found() {
    let component = component();
    let report = suite("none").run(&component).unwrap();
    assert!(report.has_passed(), "{report}");
    assert!(report.cases.len() > 50, "{report}");
    let run = |bug: &'static str| suite(bug).run(&component).unwrap();
    // Most of the time goes into waiting for deadlines, which can be waited for together.
    let together = |planted: &[(&'static str, _)]| {
        std::thread::scope(|scope| {
            let runs = planted.iter().map(|(bug, _)| scope.spawn(|| run(bug)));
            let runs: Vec<_> = runs.collect();
            let reports = runs.into_iter().map(|run| run.join().unwrap());
            reports.collect::<Vec<Report>>()
        })
    };
    let reports = PLANTED.chunks(TOGETHER).flat_map(together);
    for ((bug, expected), report) in PLANTED.iter().zip(reports) {
        let failed: Vec<&str> = report.failed().collect();
        assert!(!expected.is_empty() || report.has_passed(), "{report}");
        for case in *expected {
            assert!(
                failed.contains(case),
                "`{bug}` was not found by `{case}`:\n{report}"
            );
        }
    }
}

/// The recording goes into a repository: it holds no secret, and it is enough to list the same again.
#[test]
fn what_was_recorded_plays_again_and_shows_no_secret() {
    let component = component();
    let exchanges = suite("none").record(&component).unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recorded.json");
    write_exchanges(&path, &exchanges).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("/v1/gpus") && !text.contains("canary"),
        "{text}"
    );
    let played: Suite = format!(
        r#"
        [platform]
        exchanges = {path:?}
        [config]
        url = "{{platform}}"
        [secrets]
        PLATFORM_TOKEN = "another-token-987"
        [inventory]
        devices = 5
        "#
    )
    .parse()
    .unwrap();
    let report = played.run(&component).unwrap();
    assert!(report.has_passed(), "{report}");
}
