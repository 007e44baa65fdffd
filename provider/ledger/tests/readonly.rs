//! A user who may only read can plan; who writes is told what is missing.
//!
//! Permissions do not bind root, so the reader is this test binary again, as another user where the test runs as root.
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

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use bench::{Bench, author, identity};
use portcullis_ledger::{Error, Kind, Ledger, Seen, Sqlite};
use tempfile::TempDir;

/// Set in the environment of this test binary when it runs as the user who may only read.
const READER: &str = "LEDGER_TEST_READER";
/// The user and group that own nothing.
const NOBODY: u32 = 65534;

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Runs the test `as_a_reader` of this binary as somebody who may not write.
fn read_as_somebody_else(path: &Path) {
    let scratch = TempDir::new().unwrap();
    allow(scratch.path(), 0o755);
    // The build directory may be closed to others.
    let binary = scratch.path().join("reader");
    fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    let mut command = Command::new(&binary);
    command
        .args(["--exact", "as_a_reader"])
        .env(READER, path)
        .current_dir("/");
    if fs::metadata(scratch.path()).unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[tokio::test]
async fn as_a_reader() {
    let Some(path) = std::env::var_os(READER).map(PathBuf::from) else {
        return;
    };
    let ledger = Sqlite::new(path.with_file_name("new/ledger.db"), author("run-2"));
    assert_eq!(ledger.list(Kind::Identity).await.unwrap(), []);
    let error = ledger.create(identity("prod/a")).await.unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");

    let ledger = Sqlite::new(path, author("run-2"));
    let records = ledger.list(Kind::Identity).await.unwrap();
    assert_eq!(records[0].key, "prod/a");
    assert_eq!(ledger.verify().await.unwrap(), []);
    ledger
        .expect(&ledger.id().await.unwrap().unwrap())
        .await
        .unwrap();
    let error = ledger.create(identity("prod/b")).await.unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    let seen = Seen {
        kind: Kind::Identity,
        key: records[0].key.clone(),
        incarnation: records[0].incarnation,
    };
    let error = ledger.acknowledge(vec![seen]).await.unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    assert_eq!(ledger.list(Kind::Identity).await.unwrap(), records);
}

/// A closed ledger that others may read.
async fn ledger_in(bench: &Bench) {
    let ledger = bench.ledger("run-1");
    ledger.create(identity("prod/a")).await.unwrap();
    // A log that stays behind would keep the mode that the file had when it was new.
    ledger.close().await.unwrap();
    for ancestor in bench.path().ancestors().skip(1).take(3) {
        allow(ancestor, 0o755);
    }
    allow(bench.path(), 0o644);
}

#[tokio::test]
async fn a_closed_ledger_in_a_closed_directory_can_be_read() {
    let bench = Bench::new();
    ledger_in(&bench).await;
    // Closes the database as the last process that had it open does, which removes its log.
    bench
        .sqlite()
        .execute_batch("PRAGMA wal_checkpoint(truncate)")
        .unwrap();
    allow(bench.path().parent().unwrap(), 0o555);
    read_as_somebody_else(bench.path());
}

#[tokio::test]
async fn a_ledger_that_somebody_else_writes_can_be_read() {
    let bench = Bench::new();
    ledger_in(&bench).await;
    let writer = bench.sqlite();
    writer.pragma_update(None, "user_version", 4).unwrap();
    assert!(
        fs::metadata(format!("{}-wal", bench.path().display()))
            .unwrap()
            .len()
            > 0
    );
    read_as_somebody_else(bench.path());
}

#[tokio::test]
async fn a_path_through_a_file_is_refused() {
    let bench = Bench::new();
    let scratch = bench.path().ancestors().nth(3).unwrap();
    fs::write(scratch.join("deep"), "a file").unwrap();
    let error = bench
        .ledger("run-1")
        .create(identity("prod/a"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}
