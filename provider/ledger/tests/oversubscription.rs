//! However many clients want the same devices, nobody gets a device that another holds.
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
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::{Bench, device};
use portcullis_ledger::{Draft, Error, Kind, Ledger, Object, Sqlite};
use serde_json::json;

const CLIENTS: usize = 64;
const DEVICES: usize = 40;
const ROUNDS: usize = 6;

/// The devices that a client asks for in a round: four neighbours, so that clients get in each other's way.
fn wish(client: usize, round: usize) -> Vec<String> {
    (0..4)
        .map(|n| {
            format!(
                "n{}/{}",
                client % 10,
                (client * 7 + round * 3 + n) % DEVICES
            )
        })
        .collect()
}

fn draft(client: usize, round: usize) -> Draft {
    let devices = (0..)
        .zip(wish(client, round))
        .map(|(replica, key)| device(&key, replica));
    Draft {
        object: Object::Pool(devices.collect()),
        key: format!("pool-{client}-{round}"),
        owner: format!("team:{client}"),
        fingerprint: String::new(),
        body: json!({}),
    }
}

/// What every client was told it holds, and the longest time that one waited.
async fn contend(ledgers: Vec<Arc<Sqlite>>) -> (Vec<(String, Vec<String>)>, Duration) {
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let ledger = Arc::clone(&ledgers[client % ledgers.len()]);
        clients.spawn(async move {
            let (mut promised, mut longest) = (Vec::new(), Duration::ZERO);
            for round in 0..ROUNDS {
                let draft = draft(client, round);
                let asked = Instant::now();
                match ledger.create(draft).await {
                    Ok(created) => {
                        let record = created.into_record();
                        if round % 2 == 0 {
                            let key = record.key.clone();
                            assert!(
                                ledger
                                    .delete(Kind::Pool, &key, record.incarnation)
                                    .await
                                    .unwrap()
                            );
                        } else {
                            promised.push((record.key, wish(client, round)));
                        }
                    }
                    Err(Error::Held { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
                longest = longest.max(asked.elapsed());
            }
            (promised, longest)
        });
    }
    let (mut promised, mut longest) = (Vec::new(), Duration::ZERO);
    while let Some(done) = clients.join_next().await {
        let (mine, waited) = done.unwrap();
        promised.extend(mine);
        longest = longest.max(waited);
    }
    (promised, longest)
}

/// Devices that were promised more than once.
fn oversubscribed(promised: &[(String, Vec<String>)]) -> Vec<String> {
    let mut holders = BTreeMap::<&String, usize>::new();
    for device in promised.iter().flat_map(|(_, devices)| devices) {
        *holders.entry(device).or_default() += 1;
    }
    holders
        .into_iter()
        .filter(|(_, n)| *n > 1)
        .map(|(device, _)| device.clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_clients_of_one_writer_and_of_four_never_share_a_device() {
    for writers in [1, 4] {
        let bench = Bench::new();
        let ledgers = (0..writers)
            .map(|n| Arc::new(bench.ledger(&format!("run-{n}"))))
            .collect();
        let (promised, longest) = contend(ledgers).await;
        assert_eq!(oversubscribed(&promised), [""; 0]);
        assert!(!promised.is_empty());
        assert!(longest < Duration::from_secs(5), "one wait of {longest:?}");
        let ledger = bench.ledger("reader");
        let mut recorded = BTreeMap::<String, Vec<String>>::new();
        for reservation in ledger.reservations().await.unwrap() {
            recorded
                .entry(reservation.pool)
                .or_default()
                .push(reservation.device.key);
        }
        for (pool, devices) in promised {
            assert_eq!(recorded.remove(&pool).as_ref(), Some(&devices), "{pool}");
        }
        assert_eq!(
            recorded,
            BTreeMap::new(),
            "reserved, but promised to nobody"
        );
        assert_eq!(ledger.verify().await.unwrap(), []);
    }
}

/// The naive way, planted to prove that [`oversubscribed`] finds it: look first, then take, with no rule in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn looking_before_taking_is_found_out() {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path().parent().unwrap()).unwrap();
    bench
        .sqlite()
        .execute_batch("PRAGMA journal_mode = wal; CREATE TABLE taken (device TEXT, pool TEXT)")
        .unwrap();
    let start = Arc::new(std::sync::Barrier::new(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (connection, start) = (bench.sqlite(), Arc::clone(&start));
            std::thread::spawn(move || {
                connection.busy_timeout(Duration::from_secs(20)).unwrap();
                start.wait();
                let devices = wish(client, 1);
                let free = devices.iter().all(|device| {
                    !connection
                        .prepare("SELECT 1 FROM taken WHERE device = ?1")
                        .unwrap()
                        .exists([device])
                        .unwrap()
                });
                if free {
                    for device in &devices {
                        connection
                            .execute("INSERT INTO taken VALUES (?1, ?2)", (device, client as u64))
                            .unwrap();
                    }
                }
                (client.to_string(), if free { devices } else { Vec::new() })
            })
        })
        .collect();
    let promised: Vec<_> = clients
        .into_iter()
        .map(|client| client.join().unwrap())
        .collect();
    assert_ne!(
        oversubscribed(&promised),
        [""; 0],
        "the test would not find the naive way"
    );
}
