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

#[tokio::test]
async fn a_write_that_the_system_refuses_loses_nothing() {
    let bench = Bench::new();
    // No file may grow beyond 256 blocks; without the signal's default action the write fails instead.
    let limited = "trap '' XFSZ; ulimit -f 256; exec \"$0\" \"$@\"";
    let mut child = writer(&["sh", "-c", limited], bench.path(), "run-1")
        .spawn()
        .unwrap();
    let lines: Vec<_> = said(&mut child, "").collect();
    child.wait().unwrap();
    let told: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("told "))
        .collect();
    let failed: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("failed "))
        .collect();
    assert_eq!(failed, BTreeSet::from(["ledger-io"]), "{} told", told.len());
    assert!(told.len() > 10, "{} told", told.len());

    let ledger = bench.ledger("run-2");
    let records = ledger.list(Kind::Identity).await.unwrap();
    let recorded: BTreeSet<_> = records.iter().map(|record| record.key.as_str()).collect();
    assert!(told.is_subset(&recorded));
    assert_eq!(ledger.verify().await.unwrap(), []);
    ledger.create(identity("prod/a")).await.unwrap();
}
