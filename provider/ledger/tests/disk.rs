//! When the disk takes no more, the caller is told, what was acknowledged is kept, and it goes on afterwards.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::collections::BTreeSet;

use bench::process::{said, write_for_ever, writer};
use bench::{Bench, identity};
use portcullis_ledger::{Kind, Ledger};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_a_writer() {
    write_for_ever().await;
}

/// Lets a writer run in front of whose system calls `before` stands until it fails or its time is up, and finds
/// everything that it was told; returns how its clients failed.
async fn starve(before: &[&str]) -> BTreeSet<String> {
    let bench = Bench::new();
    let mut child = writer(before, bench.path(), "run-1").spawn().unwrap();
    let lines: Vec<_> = said(&mut child, "").collect();
    child.wait().unwrap();
    let with = |word: &'static str| {
        lines
            .iter()
            .filter_map(move |line| line.strip_prefix(word))
            .map(str::to_owned)
    };
    let told: BTreeSet<_> = with("told ").collect();
    assert!(told.len() > 10, "{} told", told.len());

    let ledger = bench.ledger("run-2");
    let records = ledger.list(Kind::Identity).await.unwrap();
    let recorded: BTreeSet<_> = records.into_iter().map(|record| record.key).collect();
    assert!(
        told.is_subset(&recorded),
        "{:?}",
        told.difference(&recorded)
    );
    assert_eq!(ledger.verify().await.unwrap(), []);
    ledger.create(identity("prod/a")).await.unwrap();
    with("failed ").collect()
}

#[tokio::test]
async fn a_write_that_the_system_refuses_loses_nothing() {
    // No file may grow beyond 256 blocks; without the signal's default action the write fails instead.
    let limited = "trap '' XFSZ; ulimit -f 256; exec \"$0\" \"$@\"";
    let failed = starve(&["sh", "-c", limited]).await;
    assert_eq!(failed, BTreeSet::from(["ledger-io".to_owned()]));
}

/// Faults of the disk, injected into the system calls of a process.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_and_a_failed_fsync_lose_nothing() {
    let works = std::process::Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status();
    if !works.is_ok_and(|status| status.success()) {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "strace is not installed"
        );
        println!("not run: faults of the disk (needs strace, and the right to trace)");
        return;
    }
    for (call, error, code) in [
        ("pwrite64", "ENOSPC", "ledger-disk-full"),
        ("fsync", "EIO", "ledger-io"),
    ] {
        let trace = format!("trace={call}");
        let inject = format!("inject={call}:error={error}:when=150+");
        let before = [
            "strace",
            "-fqq",
            "-o",
            "/dev/null",
            "-e",
            &trace,
            "-e",
            &inject,
        ];
        let failed = starve(&before).await;
        assert_eq!(
            failed,
            BTreeSet::from([code.to_owned()]),
            "{error} from {call}"
        );
    }
}
