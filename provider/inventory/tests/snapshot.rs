//! One snapshot a run: asked once, in parallel, within budgets, and never silently empty.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use portcullis_inventory::{Inventory, NvmlSource};
use portcullis_model::{
    DeviceSource, Fetch, Grade, Name, Reason, SourceReport, SourceStatus, Supply,
};

/// Answers after a while, or breaks off.
#[derive(Debug)]
struct Slow {
    name: Name,
    takes: Duration,
    panics: bool,
    asked: AtomicUsize,
}

impl Slow {
    fn new(name: &str, takes_ms: u64, panics: bool) -> Arc<Self> {
        let takes = Duration::from_millis(takes_ms);
        Arc::new(Self {
            name: name.parse().unwrap(),
            takes,
            panics,
            asked: AtomicUsize::new(0),
        })
    }
}

impl DeviceSource for Slow {
    fn name(&self) -> &Name {
        &self.name
    }

    fn grade(&self) -> Grade {
        Grade::Level
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            tokio::time::sleep(self.takes).await;
            assert!(!self.panics, "a defect in a source");
            Ok(SourceReport {
                grade: Grade::Level,
                observed_at: now,
                partial: None,
                nodes: Vec::new(),
                rooms: Vec::new(),
                devices: Vec::new(),
                supply: Supply::default(),
            })
        })
    }
}

const BUDGET: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_source_is_asked_once_and_all_at_the_same_time() {
    let sources: Vec<_> = (0..5)
        .map(|number| Slow::new(&format!("s{number}"), 400, false))
        .collect();
    let inventory = sources
        .iter()
        .fold(Inventory::default(), |inventory, source| {
            inventory.with(Arc::clone(source) as _, BUDGET)
        });
    let inventory = Arc::new(inventory);
    let started = Instant::now();
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let inventory = Arc::clone(&inventory);
            tokio::spawn(async move { inventory.snapshot(Timestamp::UNIX_EPOCH).await })
        })
        .collect();
    let mut snapshots = Vec::new();
    for answer in asking {
        snapshots.push(answer.await.unwrap());
    }
    // One after the other they would take 2 s.
    assert!(
        started.elapsed() < Duration::from_millis(1_600),
        "{:?}",
        started.elapsed()
    );
    assert!(
        snapshots
            .iter()
            .all(|snapshot| Arc::ptr_eq(snapshot, &snapshots[0]))
    );
    assert_eq!(snapshots[0].sources().len(), 5);
    assert!(
        sources
            .iter()
            .all(|source| source.asked.load(Ordering::SeqCst) == 1)
    );
}

fn reason(status: &SourceStatus) -> &Reason {
    match status {
        SourceStatus::Unavailable(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_fails_is_unavailable_and_says_why() {
    let missing = NvmlSource::new(
        "here".parse().unwrap(),
        Some("/nowhere/libnvidia-ml.so.1".into()),
    );
    let inventory = Inventory::default()
        .with(Slow::new("breaks", 0, true), BUDGET)
        .with(Slow::new("good", 0, false), BUDGET)
        .with(Arc::new(missing), BUDGET)
        .with(Slow::new("slow", 60_000, false), Duration::from_millis(50));
    let started = Instant::now();
    let snapshot = inventory.snapshot(Timestamp::UNIX_EPOCH).await;
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    let [breaks, good, here, slow] = snapshot.sources() else {
        panic!("{snapshot:?}")
    };
    assert_eq!(reason(&breaks.status).code, "source-broken");
    assert_eq!(good.status, SourceStatus::Complete);
    assert_eq!(reason(&here.status).code, "nvml-library-missing");
    assert_eq!(reason(&slow.status).code, "source-timeout");
    assert_eq!(reason(&slow.status).found, "No answer within 50 ms.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_sources_the_slowest_decides() {
    // 100, 200 ... 1,000 ms, the slowest neither first nor last: 5.5 s one after the other.
    let takes = [300, 700, 100, 1_000, 500, 900, 200, 800, 400, 600];
    let sources = takes.iter().enumerate();
    let sources: Vec<_> = sources
        .map(|(number, takes)| Slow::new(&format!("s{number}"), *takes, false))
        .collect();
    let inventory = sources
        .iter()
        .fold(Inventory::default(), |inventory, source| {
            inventory.with(Arc::clone(source) as _, BUDGET)
        });
    let started = Instant::now();
    let snapshot = inventory.snapshot(Timestamp::UNIX_EPOCH).await;
    let wall = started.elapsed();
    assert_eq!(snapshot.sources().len(), 10);
    assert!(wall >= Duration::from_millis(1_000), "{wall:?}");
    assert!(wall < Duration::from_millis(1_600), "{wall:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_never_answers_costs_its_budget_and_no_other() {
    let never = Slow::new("never", 3_600_000, false);
    let prompt = Slow::new("prompt", 10, false);
    let inventory = Inventory::default()
        .with(never, Duration::from_millis(300))
        .with(prompt, BUDGET);
    let started = Instant::now();
    let snapshot = inventory.snapshot(Timestamp::UNIX_EPOCH).await;
    assert!(started.elapsed() < Duration::from_millis(1_200));
    let [never, prompt] = snapshot.sources() else {
        panic!("{:?}", snapshot.sources())
    };
    assert_eq!(reason(&never.status).code, "source-timeout");
    assert_eq!(prompt.status, SourceStatus::Complete);
}
