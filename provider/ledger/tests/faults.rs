//! What is wrong with a file is told apart, and nothing is lost by asking.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::fs;
use std::time::{Duration, Instant};

use bench::{Bench, author, identity, pool};
use portcullis_ledger::{Error, Kind, Ledger, Sqlite};

#[tokio::test]
async fn garbage_and_other_programs_databases_are_refused_untouched() {
    let bench = Bench::new();
    fs::create_dir_all(bench.path().parent().unwrap()).unwrap();
    let ledger = bench.ledger("run-1");

    fs::write(
        bench.path(),
        "this is no database, whatever its name says\n".repeat(100),
    )
    .unwrap();
    let before = fs::read(bench.path()).unwrap();
    let error = ledger.list(Kind::Pool).await.unwrap_err();
    assert!(
        error.to_string().contains("not a SQLite database"),
        "{error}"
    );
    let error = ledger.create(identity("prod/a")).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert_eq!(fs::read(bench.path()).unwrap(), before);

    fs::remove_file(bench.path()).unwrap();
    bench
        .sqlite()
        .execute_batch("CREATE TABLE recipes (name TEXT)")
        .unwrap();
    let before = fs::read(bench.path()).unwrap();
    let error = ledger.list(Kind::Pool).await.unwrap_err();
    assert!(error.to_string().contains("another program"), "{error}");
    let error = ledger.create(identity("prod/a")).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert_eq!(fs::read(bench.path()).unwrap(), before);

    fs::remove_file(bench.path()).unwrap();
    fs::create_dir(bench.path()).unwrap();
    let error = ledger.list(Kind::Pool).await.unwrap_err();
    assert!(error.to_string().contains("is a directory"), "{error}");
}

#[tokio::test]
async fn an_empty_file_is_a_ledger_to_be() {
    let bench = Bench::new();
    fs::create_dir_all(bench.path().parent().unwrap()).unwrap();
    fs::write(bench.path(), "").unwrap();
    let ledger = bench.ledger("run-1");
    assert_eq!(ledger.list(Kind::Pool).await.unwrap(), []);
    ledger.create(identity("prod/a")).await.unwrap();
    assert_eq!(ledger.list(Kind::Identity).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_newer_schema_is_refused_for_reading_and_writing() {
    let bench = Bench::new();
    bench
        .ledger("run-1")
        .create(identity("prod/a"))
        .await
        .unwrap();
    bench
        .sqlite()
        .pragma_update(None, "user_version", 7)
        .unwrap();
    let ledger = bench.ledger("run-2");
    let error = ledger.list(Kind::Pool).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Newer {
                found: 7,
                spoken: 4,
                ..
            }
        ),
        "{error}"
    );
    let error = ledger.create(identity("prod/b")).await.unwrap_err();
    assert!(matches!(error, Error::Newer { .. }), "{error}");
}

#[tokio::test]
async fn a_locked_ledger_can_be_read_and_says_who_writes() {
    let bench = Bench::new();
    bench
        .ledger("run-1")
        .create(identity("prod/a"))
        .await
        .unwrap();
    let other = bench.sqlite();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let ledger = Sqlite::new(bench.path(), author("run-2")).wait(Duration::from_millis(300));
    assert_eq!(ledger.list(Kind::Identity).await.unwrap().len(), 1);
    let asked = Instant::now();
    let error = ledger.create(identity("prod/b")).await.unwrap_err();
    let Error::Locked { waited, holder, .. } = &error else {
        panic!("{error}")
    };
    assert!(*waited >= Duration::from_millis(300), "{waited:?}");
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "{:?}",
        asked.elapsed()
    );
    if cfg!(target_os = "linux") {
        let this = format!("process {} (`", std::process::id());
        assert!(
            holder
                .as_ref()
                .is_some_and(|holder| holder.starts_with(&this)),
            "{holder:?}"
        );
    }

    other.execute_batch("ROLLBACK").unwrap();
    ledger.create(identity("prod/b")).await.unwrap();
}

#[tokio::test]
async fn a_ledger_locked_for_itself_alone_cannot_even_be_read() {
    let bench = Bench::new();
    bench
        .ledger("run-1")
        .create(identity("prod/a"))
        .await
        .unwrap();
    let other = bench.sqlite();
    other
        .execute_batch("PRAGMA locking_mode = exclusive; BEGIN IMMEDIATE")
        .unwrap();
    let ledger = Sqlite::new(bench.path(), author("run-2")).wait(Duration::from_millis(100));
    let error = ledger.list(Kind::Identity).await.unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "{error}");
}

#[tokio::test]
async fn a_ledger_that_is_moved_away_is_not_written_to_behind_its_name() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    ledger.create(identity("prod/a")).await.unwrap();
    let id = ledger.id().await.unwrap().unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", bench.path().display()));
    }
    let error = ledger.expect(&id).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error}");
    assert_eq!(ledger.list(Kind::Identity).await.unwrap(), []);
    ledger.create(identity("prod/b")).await.unwrap();
    assert_eq!(
        bench.ledger("run-2").list(Kind::Identity).await.unwrap()[0].key,
        "prod/b"
    );
    assert_ne!(ledger.id().await.unwrap().unwrap(), id);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_user_can_read_a_ledger() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    bench
        .ledger("run-1")
        .create(pool("a", ["n/0"]))
        .await
        .unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(bench.path()), 0o600);
    assert_eq!(mode(bench.path().parent().unwrap()), 0o700);
}

#[tokio::test]
async fn verify_finds_what_was_planted() {
    for (rule, sql) in [
        (
            "record-readable",
            "UPDATE identity SET owner = 'team:thief'",
        ),
        ("record-readable", "UPDATE pool SET acknowledged = 1"),
        ("reservation-readable", "UPDATE reservation SET node = 'n9'"),
        (
            "reservation-has-pool",
            "PRAGMA foreign_keys = off; DELETE FROM pool",
        ),
        ("references", "PRAGMA foreign_keys = off; DELETE FROM pool"),
        ("events-guarded", "DROP TRIGGER event_is_never_updated"),
        (
            "events-without-gap",
            "DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE seq = 1",
        ),
        (
            "events-without-gap",
            "DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE seq = 2",
        ),
        (
            "event-readable",
            "DROP TRIGGER event_is_never_updated; UPDATE event SET actor = 'nobody'",
        ),
        (
            "event-readable",
            "DROP TRIGGER event_is_never_updated; UPDATE event SET hash = 'x' WHERE seq = 1",
        ),
        ("event-readable", "UPDATE meta SET ledger_id = 'another'"),
        ("fence-was-given", "UPDATE pool SET incarnation = 99"),
    ] {
        let bench = Bench::new();
        let ledger = bench.ledger("run-1");
        ledger.create(identity("prod/a")).await.unwrap();
        ledger.create(pool("a", ["n/0", "n/1"])).await.unwrap();
        assert_eq!(ledger.verify().await.unwrap(), []);
        bench.sqlite().execute_batch(sql).unwrap();
        // A reader that knew the ledger when it was sound, and one that did not.
        let flaws = ledger.verify().await.unwrap();
        assert_eq!(bench.ledger("run-2").verify().await.unwrap(), flaws);
        assert!(
            flaws.iter().any(|flaw| flaw.rule == rule),
            "{rule}: {sql}: {flaws:?}"
        );
    }
}

#[tokio::test]
async fn events_cannot_be_changed_or_removed() {
    let bench = Bench::new();
    bench
        .ledger("run-1")
        .create(identity("prod/a"))
        .await
        .unwrap();
    for sql in ["UPDATE event SET actor = 'nobody'", "DELETE FROM event"] {
        let error = bench.sqlite().execute_batch(sql).unwrap_err();
        assert!(error.to_string().contains("only ever added"), "{error}");
    }
}
