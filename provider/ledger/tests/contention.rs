//! Processes that fight over devices and are killed in the fight: nobody holds what another was told is theirs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use bench::process::{said, say, this_writer, writer};
use bench::{Bench, device};
use portcullis_ledger::{Draft, Error, Kind, Ledger, Object, Record, Sqlite};
use serde_json::json;

const PROCESSES: usize = 4;
const CLIENTS: usize = 16;
const DEVICES: usize = 48;

/// Four neighbours, so that clients get in each other's way.
fn wish(client: usize, round: usize) -> Vec<String> {
    (0..4)
        .map(|n| format!("n/{}", (client * 5 + round * 7 + n) % DEVICES))
        .collect()
}

/// Says that a pool is given back, and gives it back: whoever dies in between may have done either.
async fn give_back(ledger: &Sqlite, pool: &Record) {
    say(&format!("releases {}", pool.key));
    assert!(
        ledger
            .delete(Kind::Pool, &pool.key, pool.incarnation)
            .await
            .unwrap()
    );
}

/// One client: takes a pool, says so, holds it for a moment.
async fn contend(ledger: Arc<Sqlite>, run: String, client: usize) {
    for round in 0.. {
        let (key, devices) = (format!("{run}/{client}/{round}"), wish(client, round));
        let draft = Draft {
            object: Object::Pool(devices.iter().map(|key| device(key, 0)).collect()),
            key: key.clone(),
            owner: run.clone(),
            fingerprint: String::new(),
            body: json!({}),
        };
        match ledger.create(draft).await {
            Err(Error::Held { .. }) => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) => panic!("{error}"),
            Ok(created) => {
                say(&format!("holds {key} {}", devices.join(" ")));
                tokio::time::sleep(Duration::from_millis(10)).await;
                give_back(&ledger, created.record()).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_a_writer() {
    let Some((ledger, run)) = this_writer() else {
        return;
    };
    // What the process died with that stood in this place before.
    let (place, _) = run.rsplit_once('-').unwrap();
    for pool in ledger.list(Kind::Pool).await.unwrap() {
        if pool.key.starts_with(&format!("{place}-")) {
            give_back(&ledger, &pool).await;
        }
    }
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(contend(Arc::clone(&ledger), run.clone(), client));
    }
    clients.join_all().await;
}

/// Runs processes that are killed some time after they first hold something, and started again until `end`; what each pool was told it
/// holds and did not say it gives back.
fn fight(path: &Path, place: usize, end: Instant) -> (usize, BTreeMap<String, Vec<String>>) {
    let (mut kills, mut holds) = (0, BTreeMap::new());
    while Instant::now() < end {
        let run = format!("run-{place}-{kills}");
        let mut child = writer(&[], path, &run).spawn().unwrap();
        let lines = said(&mut child, "");
        let (speaks, spoken) = mpsc::channel();
        let listener = std::thread::spawn(move || {
            let heard = |line: &String| {
                if line.starts_with("holds") {
                    let _ = speaks.send(());
                }
            };
            lines.inspect(heard).collect::<Vec<_>>()
        });
        // On a busy machine a start takes longer than many a life.
        let _ = spoken.recv_timeout(Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(
            150 + 37 * ((place + kills) % 7) as u64,
        ));
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        for line in listener.join().unwrap() {
            let mut words = line.split(' ').map(str::to_owned);
            match (words.next().as_deref(), words.next()) {
                (Some("holds"), Some(pool)) => drop(holds.insert(pool, words.collect())),
                (Some("releases"), Some(pool)) => drop(holds.remove(&pool)),
                _ => {}
            }
        }
    }
    (kills, holds)
}

#[tokio::test]
async fn sixty_four_clients_in_four_processes_that_are_killed_never_share_a_device() {
    let bench = Bench::new();
    let end = Instant::now() + Duration::from_secs(3);
    let places: Vec<_> = (0..PROCESSES)
        .map(|place| {
            let path = bench.path().to_owned();
            std::thread::spawn(move || fight(&path, place, end))
        })
        .collect();
    let (mut kills, mut told) = (0, BTreeMap::new());
    for place in places {
        let (killed, holds) = place.join().unwrap();
        kills += killed;
        told.extend(holds);
    }
    let mut holders = BTreeMap::<&String, &String>::new();
    for (pool, devices) in &told {
        for device in devices {
            if let Some(other) = holders.insert(device, pool) {
                panic!("{device} was promised to {pool} and to {other}");
            }
        }
    }
    let ledger = bench.ledger("reader");
    for (pool, devices) in &told {
        let mut devices = devices.clone();
        devices.sort();
        let held = ledger.reservations_of(pool).await.unwrap();
        let held: Vec<_> = held.into_iter().map(|held| held.device.key).collect();
        assert_eq!(&held, &devices, "{pool}");
    }
    assert_eq!(ledger.verify().await.unwrap(), []);
    let changes = ledger.events(0, u32::MAX).await.unwrap().len();
    assert!(
        !told.is_empty() && changes > 100,
        "{} pools told, {changes} changes",
        told.len()
    );
    println!(
        "{kills} kills, {changes} changes, {} pools hold {} devices",
        told.len(),
        holders.len()
    );
}
