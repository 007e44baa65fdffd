//! Several processes that never stop writing all get their turn.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::time::{Duration, Instant};

use bench::Bench;
use bench::process::{said, write_for_ever, writer};
use portcullis_ledger::{Kind, Ledger};

const PROCESSES: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_a_writer() {
    write_for_ever().await;
}

/// How often a writer was answered and the longest that it heard nothing.
fn listen(answers: impl Iterator<Item = String>) -> (usize, Duration) {
    let (mut count, mut longest, mut last) = (0, Duration::ZERO, Instant::now());
    for _ in answers {
        (count, longest, last) = (count + 1, longest.max(last.elapsed()), Instant::now());
    }
    (count, longest)
}

#[tokio::test]
async fn no_process_keeps_the_others_waiting() {
    let bench = Bench::new();
    let mut children: Vec<_> = (0..PROCESSES)
        .map(|n| {
            writer(&[], bench.path(), &format!("run-{n}"))
                .spawn()
                .unwrap()
        })
        .collect();
    let listeners: Vec<_> = children
        .iter_mut()
        .map(|child| {
            let answers = said(child, "told ");
            std::thread::spawn(move || listen(answers))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(3));
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let heard: Vec<_> = listeners
        .into_iter()
        .map(|listener| listener.join().unwrap())
        .collect();
    let total: usize = heard.iter().map(|(count, _)| count).sum();
    println!("{total} commits: {heard:?}");
    for (count, longest) in &heard {
        assert!(*longest < Duration::from_secs(5), "{heard:?}");
        assert!(
            count * PROCESSES * 4 > total,
            "less than a quarter of its share: {heard:?}"
        );
    }
    let ledger = bench.ledger("reader");
    assert!(ledger.list(Kind::Identity).await.unwrap().len() >= total);
    assert_eq!(ledger.verify().await.unwrap(), []);
}
