//! Guests that break, hoard or shout: each gives a named error, and the next call works.

mod call;
mod cpu;
mod ids;
pub(crate) mod image;
mod mem;
mod out;
pub(crate) mod trial;

use std::time::{Duration, Instant};

use portcullis_plugin_host::{Check, Host, Limits, Network, PluginError, PluginRef, Severity};
use serde_json::json;

use crate::support::Folder;

const EMPTY_PLAN: &str = r#"{"schema":1,"resources":[]}"#;

struct Hostile {
    _folder: Folder,
    host: Host,
    plugin: PluginRef,
}

impl Hostile {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        let folder = Folder::new();
        let plugin = folder.workspace_plugin("hostile-check");
        let host = folder.host_with(limits, Network::default());
        Self {
            _folder: folder,
            host,
            plugin,
        }
    }

    fn check(&self, act: &str) -> Check {
        self.host.check(&self.plugin, json!({"act": act}))
    }

    /// The error of one act, after which the same host serves an honest call.
    async fn error(&self, act: &str) -> PluginError {
        let error = self.check(act).run(EMPTY_PLAN).await.unwrap_err();
        assert_eq!(
            self.check("behave").run(EMPTY_PLAN).await.unwrap(),
            [],
            "after {act}"
        );
        assert!(
            error.to_string().contains("`hostile-check`"),
            "the plugin is named: {error}"
        );
        error
    }

    async fn limit(&self, act: &str) -> String {
        match self.error(act).await {
            PluginError::Limit { limit, allowed, .. } => format!("{limit} {allowed}"),
            other => panic!("{act}: {other}"),
        }
    }
}

#[tokio::test]
async fn an_endless_check_stops_at_its_fuel() {
    let limits = Limits {
        check_wall: Duration::from_secs(60),
        check_fuel: 10_000_000,
        ..Limits::default()
    };
    let limit = Hostile::with(limits).limit("loop").await;
    assert_eq!(limit, "number of instructions 10000000 units of fuel");
}

#[tokio::test]
async fn an_endless_check_stops_at_its_time_if_that_is_shorter() {
    let limits = Limits {
        check_wall: Duration::from_millis(200),
        check_fuel: u64::MAX,
        ..Limits::default()
    };
    let hostile = Hostile::with(limits);
    hostile.host.prepare(&hostile.plugin).await.unwrap();
    let start = Instant::now();
    let error = hostile.check("loop").run(EMPTY_PLAN).await.unwrap_err();
    assert!(error.to_string().contains("time of 200 ms"), "{error}");
    assert!(
        start.elapsed() < Duration::from_millis(200 + 250),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn hoarding_ends_at_the_limit_that_it_meets() {
    let hostile = Hostile::new();
    assert_eq!(hostile.limit("allocate").await, "memory 256 MiB");
    assert_eq!(hostile.limit("recurse").await, "stack 512 KiB");
    assert_eq!(hostile.limit("return_much").await, "output 8 MiB");
    assert_eq!(
        hostile.limit("call_much").await,
        "number of host calls 1000"
    );
}

#[tokio::test]
async fn a_check_has_limits_of_its_own_when_it_is_given_them() {
    let hostile = Hostile::new();
    let limits = Limits {
        memory_bytes: 32 << 20,
        ..Limits::default()
    };
    let check = hostile.check("allocate").with_limits(limits);
    let error = check.run(EMPTY_PLAN).await.unwrap_err().to_string();
    assert!(
        error.contains("used more than its memory of 32 MiB"),
        "{error}"
    );
    assert!(
        error.contains("Raise `limits { memory_mib }` of this check (at most 1024 MiB)"),
        "{error}"
    );
}

#[tokio::test]
async fn a_panic_is_reported_in_the_plugins_own_words() {
    let error = Hostile::new().error("panic").await;
    let PluginError::Crashed { after, .. } = &error else {
        panic!("{error}")
    };
    assert!(after.contains("the plugin said this"), "{error}");
    assert!(
        !after.contains(env!("CARGO_MANIFEST_DIR")),
        "no path of the machine that built it: {error}"
    );
}

#[tokio::test]
async fn findings_beyond_the_limit_are_counted() {
    let findings = Hostile::new()
        .check("find_much")
        .run(EMPTY_PLAN)
        .await
        .unwrap();
    assert_eq!(findings.len(), 101);
    let last = findings.last().unwrap();
    assert_eq!(
        (last.code.as_str(), last.severity),
        ("plugin-findings-dropped", Severity::Warning)
    );
    assert!(
        last.detail.contains("1000 findings, 100 are shown"),
        "{}",
        last.detail
    );
}

#[tokio::test]
async fn text_of_guests_cannot_steer_a_terminal() {
    let findings = Hostile::new()
        .check("steer_terminal")
        .run(EMPTY_PLAN)
        .await
        .unwrap();
    let finding = &findings[0];
    assert_eq!(finding.summary, "\\u{1b}[2Jx Apply complete!");
    assert_eq!(finding.address, "a\\u{1b}]52;c;x\\u{7}");
    assert_eq!(finding.detail, "›::set-output name=x\\u{202e}");
}

#[tokio::test]
async fn nothing_of_one_call_is_left_for_the_next() {
    let hostile = Hostile::new();
    for _ in 0..3 {
        assert_eq!(hostile.check("remember").run(EMPTY_PLAN).await.unwrap(), []);
    }
    assert_eq!(hostile.check("log_much").run(EMPTY_PLAN).await.unwrap(), []);
}
