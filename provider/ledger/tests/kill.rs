//! Writers are killed in the middle of their work; what they were told is kept, and what they were not told is adopted.
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
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use bench::process::{self, said};
use bench::{Bench, identity, pool};
use portcullis_ledger::{Action, Created, Kind, Ledger};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_a_writer() {
    process::write_for_ever().await;
}

fn writer(path: &Path, run: &str, failpoint: &str) -> Child {
    process::writer(&[], path, run)
        .env("PORTCULLIS_FAILPOINT", failpoint)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_to_sigkill() {
    let bench = Bench::new();
    let (mut promised, mut kills) = (BTreeSet::new(), 0);
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        kills += 1;
        let mut child = writer(bench.path(), &format!("run-{kills}"), "");
        let lines = said(&mut child, "told ");
        let reader = std::thread::spawn(move || lines.collect::<Vec<_>>());
        // From before the file exists to the middle of many commits.
        std::thread::sleep(Duration::from_millis(4 + 23 * (kills % 9)));
        child.kill().unwrap();
        child.wait().unwrap();
        promised.extend(reader.join().unwrap());
    }
    let ledger = bench.ledger("reader");
    let records = ledger.list(Kind::Identity).await.unwrap();
    let recorded: BTreeSet<_> = records.into_iter().map(|record| record.key).collect();
    let lost: Vec<_> = promised.difference(&recorded).collect();
    assert_eq!(
        lost,
        [""; 0],
        "of {} promised, after {kills} kills",
        promised.len()
    );
    assert!(
        promised.len() > 100,
        "{} promised in {kills} kills",
        promised.len()
    );
    assert_eq!(ledger.verify().await.unwrap(), []);
    println!(
        "{kills} kills: {} acknowledged, 0 lost, {} recorded but never acknowledged",
        promised.len(),
        recorded.len() - promised.len()
    );
}

#[tokio::test]
async fn around_the_commit_a_kill_leaves_nothing_or_an_orphan_that_is_adopted() {
    for (failpoint, survives) in [
        ("create.before_commit", false),
        ("create.after_commit", true),
    ] {
        let bench = Bench::new();
        let mut child = writer(bench.path(), "run-1", failpoint);
        assert_eq!(
            said(&mut child, "told ").count(),
            0,
            "{failpoint}: nobody was told anything"
        );
        assert!(!child.wait().unwrap().success());

        let ledger = bench.ledger("run-2");
        let left = ledger.list(Kind::Identity).await.unwrap();
        assert_eq!(!left.is_empty(), survives, "{failpoint}: {left:?}");
        for record in left {
            let again = ledger.create(identity(&record.key)).await.unwrap();
            assert!(matches!(again, Created::Adopted(_)), "{again:?}");
        }
        assert_eq!(ledger.verify().await.unwrap(), []);
    }
}

#[tokio::test]
async fn the_nth_commit_can_be_the_last() {
    let bench = Bench::new();
    let mut child = writer(bench.path(), "run-1", "create.after_commit@20");
    let told = said(&mut child, "told ").count();
    assert!(!child.wait().unwrap().success());
    let events = bench.ledger("run-2").events(0, 100).await.unwrap();
    assert!((20..=27).contains(&events.len()), "{}", events.len());
    assert!((12..20).contains(&told), "{told}");
}

/// What a resource does from run to run: whatever happened to the run before, ask for the same and end up with one.
#[tokio::test]
async fn an_apply_that_dies_before_terraform_records_it_converges_at_the_next() {
    let bench = Bench::new();
    let mut incarnations = Vec::new();
    for run in ["run-1", "run-2", "run-3"] {
        let created = bench
            .ledger(run)
            .create(pool("scoring", ["n1/0", "n1/1"]))
            .await
            .unwrap();
        incarnations.push(created.into_record().incarnation);
    }
    assert!(incarnations.is_sorted_by(|a, b| a < b));
    let ledger = bench.ledger("run-3");
    assert_eq!(ledger.list(Kind::Pool).await.unwrap().len(), 1);
    assert_eq!(ledger.reservations().await.unwrap().len(), 2);
    let actions: Vec<_> = ledger
        .events(0, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.action)
        .collect();
    assert_eq!(actions, [Action::Created, Action::Adopted, Action::Adopted]);
}
