//! Every error as people read it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;
use std::time::Duration;

use portcullis_ledger::{Error, Held, Kind, LedgerUrl};

fn exists(acknowledged: bool, this_run: bool) -> Error {
    Error::Exists {
        kind: Kind::Identity,
        key: "production/fraud-scorer".to_owned(),
        owner: "team:risk-ml".to_owned(),
        created_at: "2026-11-23T04:00:00Z".parse().unwrap(),
        acknowledged,
        this_run,
    }
}

fn refusals() -> Vec<Error> {
    let held = |n: u32| Held {
        device: format!("cluster/node-7/GPU-{n}"),
        node: "node-7".to_owned(),
        pool: "training-h200".to_owned(),
        owner: "team:research".to_owned(),
    };
    vec![
        exists(true, false),
        exists(false, false),
        exists(false, true),
        Error::Held {
            pool: "scoring-h200".to_owned(),
            asked: 12,
            held: (0..10).map(held).collect(),
        },
        Error::Absent {
            kind: Kind::Pool,
            key: "scoring-h200".to_owned(),
        },
        Error::Superseded {
            kind: Kind::Split,
            key: "production/fraud-scorer".to_owned(),
            known: 12,
            found: 40,
            owner: "team:risk-ml".to_owned(),
            run: "run-17".to_owned(),
            updated_at: "2026-11-23T04:00:00Z".parse().unwrap(),
        },
    ]
}

fn troubles() -> Vec<Error> {
    let path = || PathBuf::from(".portcullis/ledger.db");
    let id = |n: u32| format!("0000000{n}-5c1e-4b7a-9d2f-6f1e2d3c4b5a");
    vec![
        Error::Missing {
            path: path(),
            expected: id(1),
        },
        Error::Foreign {
            path: path(),
            expected: id(1),
            found: id(2),
        },
        Error::Locked {
            path: path(),
            waited: Duration::from_millis(10_040),
            holder: Some("process 4711 (`terraform-provi`)".to_owned()),
        },
        Error::Locked {
            path: path(),
            waited: Duration::from_secs(10),
            holder: None,
        },
        Error::Corrupt {
            path: path(),
            found: "the pool `a` does not match its seal".to_owned(),
        },
        Error::ReadOnly {
            path: path(),
            reason: "attempt to write a readonly database".to_owned(),
        },
        Error::Newer {
            path: path(),
            found: 7,
            spoken: 1,
        },
        Error::DiskFull { path: path() },
        Error::Io {
            path: path(),
            reason: "disk I/O error".to_owned(),
        },
    ]
}

#[test]
fn every_error_reads_like_this() {
    let mut page = String::new();
    for error in refusals().into_iter().chain(troubles()) {
        page.push_str(&format!("{error}\n\n----\n\n"));
    }
    page.push_str(
        &"postgres://user:secret@db/ledger"
            .parse::<LedgerUrl>()
            .unwrap_err()
            .to_string(),
    );
    insta::assert_snapshot!(page);
}

#[test]
fn every_error_has_the_shape_that_diagnostics_need() {
    for error in refusals().into_iter().chain(troubles()) {
        let text = error.to_string();
        let (summary, detail) = text.split_once('\n').unwrap();
        assert_eq!(summary, error.summary());
        assert!(
            summary.len() <= 60 && !summary.contains('`') && !summary.ends_with('.'),
            "{text}"
        );
        let paragraphs: Vec<_> = detail.split("\n\n").collect();
        assert_eq!(paragraphs.len(), 3, "asked and found, remedy, code: {text}");
        assert_eq!(paragraphs[2], error.code());
        assert!(
            paragraphs[1].ends_with('.') || paragraphs[1].ends_with('`'),
            "{text}"
        );
        assert!(
            !text.contains("incarnation: ") && !text.contains("Error"),
            "no Rust: {text}"
        );
    }
}
