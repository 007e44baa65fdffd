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
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::{Bench, author, identity, pool};
use portcullis_ledger::{Action, Created, Draft, Kind, Ledger, Sqlite};

/// Set in the environment of this test binary when it runs as a writer that is to be killed.
const WRITER: &str = "LEDGER_TEST_WRITER";
const RUN: &str = "LEDGER_TEST_RUN";

/// Starts this binary as a writer: it runs the test `as_a_writer` only, which does nothing otherwise.
fn writer(path: &Path, run: &str, failpoint: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_writer", "--nocapture", "--test-threads=1"])
        .env(WRITER, path)
        .env(RUN, run)
        .env("PORTCULLIS_FAILPOINT", failpoint)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The keys that a writer was told are recorded, line by line until its pipe breaks.
fn told(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("told ").map(str::to_owned))
}

/// Eight clients that create without end and say aloud what they were told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_a_writer() {
    let Some(path) = std::env::var_os(WRITER) else {
        return;
    };
    let run = std::env::var(RUN).unwrap();
    let ledger = Arc::new(Sqlite::new(path, author(&run)));
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..8 {
        let (ledger, run) = (Arc::clone(&ledger), run.clone());
        clients.spawn(async move {
            for n in 0.. {
                let key = format!("{run}/{client}/{n}");
                ledger.create(identity(&key)).await.unwrap();
                // One write a line: a killed process leaves no half of one.
                std::io::stdout()
                    .write_all(format!("told {key}\n").as_bytes())
                    .unwrap();
            }
        });
    }
    clients.join_all().await;
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_to_sigkill() {
    let bench = Bench::new();
    let (mut promised, mut kills) = (BTreeSet::new(), 0);
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        kills += 1;
        let mut child = writer(bench.path(), &format!("run-{kills}"), "");
        let lines = told(&mut child);
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
            told(&mut child).count(),
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
    let told = told(&mut child).count();
    assert!(!child.wait().unwrap().success());
    let events = bench.ledger("run-2").events(0, 100).await.unwrap();
    assert!((20..=27).contains(&events.len()), "{}", events.len());
    assert!((12..20).contains(&told), "{told}");
}

/// What a resource does from run to run: whatever happened to the run before, ask for the same and end up with one.
#[tokio::test]
async fn an_apply_that_dies_before_terraform_records_it_converges_at_the_next() {
    let bench = Bench::new();
    let wanted = |_: &str| -> Draft { pool("scoring", ["n1/0", "n1/1"]) };
    let mut incarnations = Vec::new();
    for run in ["run-1", "run-2", "run-3"] {
        incarnations.push(
            bench
                .ledger(run)
                .create(wanted(run))
                .await
                .unwrap()
                .into_record(),
        );
    }
    assert!(incarnations.is_sorted_by(|a, b| a.incarnation < b.incarnation));
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
