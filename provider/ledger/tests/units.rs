//! Memory units of a GPU are promised once, whatever the instances that take them are called.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::collections::BTreeMap;
use std::time::Duration;

use bench::{Bench, author, device, pool};
use portcullis_ledger::{Device, Draft, Error, Kind, Ledger, Object, Sqlite, Units};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// An instance on a GPU, under the name that it has before it is made.
fn part(gpu: &str, first: u8, count: u8) -> Device {
    Device {
        units: Some(Units {
            gpu: gpu.to_owned(),
            first,
            count,
        }),
        ..device(&format!("{gpu}/{count}@{first}"), 0)
    }
}

fn draft(key: &str, devices: Vec<Device>) -> Draft {
    Draft {
        object: Object::Pool(devices),
        ..pool(key, [])
    }
}

#[tokio::test]
async fn a_place_that_another_pool_was_promised_is_refused_by_name() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    ledger
        .create(draft("one", vec![part("n1/0", 0, 4)]))
        .await
        .unwrap();
    let overlapping = ledger.create(draft("two", vec![part("n1/0", 2, 2)])).await;
    let Err(Error::Held { held, .. }) = overlapping else {
        panic!("{overlapping:?}")
    };
    assert_eq!(
        (held[0].device.as_str(), held[0].pool.as_str()),
        ("n1/0/4@0", "one")
    );
    // The same units under the name that the instance has once it is made.
    let made = Device {
        key: "n1/MIG-1".to_owned(),
        ..part("n1/0", 0, 4)
    };
    assert!(ledger.create(draft("two", vec![made])).await.is_err());
    assert!(
        ledger
            .create(draft("two", vec![device("n1/0", 0)]))
            .await
            .is_err()
    );
    ledger
        .create(draft("two", vec![part("n1/0", 4, 4), part("n1/1", 0, 4)]))
        .await
        .unwrap();
    let held = ledger.reservations().await.unwrap();
    assert_eq!(held[0].device, part("n1/0", 0, 4));
    assert_eq!(held.len(), 3);
    assert_eq!(ledger.verify().await.unwrap(), []);
}

#[tokio::test]
async fn a_whole_gpu_that_is_promised_cannot_be_divided() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    ledger.create(pool("whole", ["n1/0"])).await.unwrap();
    assert!(
        ledger
            .create(draft("parts", vec![part("n1/0", 0, 1)]))
            .await
            .is_err()
    );
    ledger
        .create(draft("parts", vec![part("n1/1", 0, 1)]))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_given_back_or_expired_is_free() {
    let bench = Bench::new();
    let lease = Duration::from_millis(300);
    let ledger = Sqlite::new(bench.path(), author("run-1")).lease(lease);
    let one = ledger
        .create(draft("one", vec![part("n1/0", 0, 4)]))
        .await
        .unwrap();
    let incarnation = one.record().incarnation;
    // In one step a pool may take what it gives back.
    let moved = draft("one", vec![part("n1/0", 0, 2), part("n1/0", 2, 1)]);
    ledger.update(incarnation, moved).await.unwrap();
    ledger
        .create(draft("two", vec![part("n1/0", 4, 4)]))
        .await
        .unwrap();
    ledger.delete(Kind::Pool, "one", incarnation).await.unwrap();
    ledger
        .create(draft("three", vec![part("n1/0", 0, 4)]))
        .await
        .unwrap();
    tokio::time::sleep(lease + Duration::from_millis(200)).await;
    ledger
        .create(draft("four", vec![part("n1/0", 3, 2)]))
        .await
        .unwrap();
    let held = ledger.reservations().await.unwrap();
    assert_eq!(held.len(), 1, "both leases are over: {held:?}");
    assert_eq!(ledger.verify().await.unwrap(), []);
}

#[tokio::test]
async fn units_that_were_changed_by_hand_are_damage() {
    for damage in [
        "UPDATE instance_unit SET unit = 5 WHERE unit = 1",
        "UPDATE instance_unit SET unit = unit + 4",
        "UPDATE instance_unit SET gpu = 'n1/1'",
        "DELETE FROM instance_unit WHERE unit = 1",
        "DELETE FROM instance_unit",
    ] {
        let bench = Bench::new();
        let ledger = bench.ledger("run-1");
        ledger
            .create(draft("one", vec![part("n1/0", 0, 2)]))
            .await
            .unwrap();
        ledger.close().await.unwrap();
        bench.sqlite().execute_batch(damage).unwrap();
        let ledger = bench.ledger("run-2");
        assert!(!ledger.verify().await.unwrap().is_empty(), "{damage}");
        assert!(ledger.reservations().await.is_err(), "{damage}");
    }
}

#[test]
fn the_table_itself_promises_a_unit_once() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        ledger
            .create(draft("one", vec![part("n1/0", 0, 2)]))
            .await
            .unwrap();
        ledger
            .create(draft("two", vec![part("n1/0", 2, 2)]))
            .await
            .unwrap();
        ledger.close().await.unwrap();
    });
    let stolen = bench.sqlite().execute(
        "INSERT INTO instance_unit VALUES ('n1/0', 1, 'n1/0/2@2')",
        [],
    );
    assert!(stolen.is_err());
}

/// A ledger of the version before, which has no table for units.
#[tokio::test]
async fn a_ledger_of_version_3_is_read_as_it_is_and_takes_units_after_the_first_change() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    ledger.create(pool("whole", ["n1/0"])).await.unwrap();
    ledger.close().await.unwrap();
    bench
        .sqlite()
        .execute_batch("DROP TABLE instance_unit; PRAGMA user_version = 3")
        .unwrap();
    let ledger = bench.ledger("run-2");
    assert_eq!(ledger.reservations().await.unwrap().len(), 1);
    assert_eq!(ledger.verify().await.unwrap(), []);
    ledger
        .create(draft("parts", vec![part("n1/1", 0, 4)]))
        .await
        .unwrap();
    assert_eq!(ledger.reservations().await.unwrap().len(), 2);
    assert!(
        ledger
            .create(draft("more", vec![part("n1/1", 3, 1)]))
            .await
            .is_err()
    );
}

/// Random drafts against a map from unit to pool.
#[tokio::test]
async fn no_history_promises_a_unit_twice() {
    let places = || {
        (
            0_usize..2,
            0_u8..8,
            prop::sample::select(vec![1_u8, 2, 4, 8]),
        )
    };
    let step = (0_usize..4, prop::collection::vec(places(), 0..=3));
    let steps = prop::collection::vec(step, 60);
    let mut runner = TestRunner::deterministic();
    let (mut taken, mut refused) = (0, 0);
    for steps in (0..4).map(|_| steps.new_tree(&mut runner).unwrap().current()) {
        let bench = Bench::new();
        let ledger = bench.ledger("run-1");
        let mut truth: BTreeMap<(usize, u8), usize> = BTreeMap::new();
        let mut known: BTreeMap<usize, u64> = BTreeMap::new();
        for (key, places) in steps {
            let mut wanted: BTreeMap<(usize, u8), usize> = BTreeMap::new();
            let mut devices = Vec::new();
            for (gpu, first, count) in places {
                let units = first..first + count;
                let fits = first + count <= 8
                    && units.clone().all(|unit| !wanted.contains_key(&(gpu, unit)));
                if fits {
                    wanted.extend(units.map(|unit| ((gpu, unit), key)));
                    devices.push(part(&format!("n{gpu}/0"), first, count));
                }
            }
            let free = wanted
                .keys()
                .all(|unit| truth.get(unit).is_none_or(|own| *own == key));
            let draft = draft(&format!("pool-{key}"), devices);
            let done = match known.get(&key) {
                Some(incarnation) => ledger.update(*incarnation, draft).await,
                None => ledger
                    .create(draft)
                    .await
                    .map(portcullis_ledger::Created::into_record),
            };
            assert_eq!(done.is_ok(), free, "{done:?}");
            if let Ok(record) = done {
                known.insert(key, record.incarnation);
                truth.retain(|_, own| *own != key);
                truth.extend(wanted);
                taken += 1;
            } else {
                refused += 1;
            }
        }
        let held = ledger.reservations().await.unwrap();
        let units = held.iter().filter_map(|held| held.device.units.as_ref());
        assert_eq!(
            units.map(|units| usize::from(units.count)).sum::<usize>(),
            truth.len()
        );
        assert_eq!(ledger.verify().await.unwrap(), []);
    }
    assert!(taken > 40 && refused > 40, "{taken} {refused}");
}
