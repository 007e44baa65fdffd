//! Leases: a crashed apply frees itself, a running one does not, and a person may free what nobody will.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::time::Duration;

use bench::{Bench, author, pool};
use portcullis_ledger::{Action, Error, Kind, Ledger, Seen, Sqlite};
use serde_json::json;

/// Long enough to be renewed on a slow machine, short enough to be waited for.
const LEASE: Duration = Duration::from_secs(2);

fn ledger(bench: &Bench, run: &str) -> Sqlite {
    bench.ledger(run).lease(LEASE)
}

#[tokio::test]
async fn devices_of_a_crashed_apply_go_to_whoever_asks_after_the_lease() {
    let bench = Bench::new();
    let crashed = ledger(&bench, "run-1");
    crashed
        .create(pool("lost", ["n1/0", "n1/1"]))
        .await
        .unwrap();
    let next = ledger(&bench, "run-2");
    let refused = next.create(pool("next", ["n1/1", "n1/2"])).await;
    assert!(matches!(refused, Err(Error::Held { .. })), "{refused:?}");
    tokio::time::sleep(LEASE + Duration::from_millis(100)).await;
    let held = next.reservations_of("lost").await.unwrap();
    assert!(held.iter().all(|one| one.expired), "{held:?}");
    next.create(pool("next", ["n1/1", "n1/2"])).await.unwrap();
    let left = next.reservations_of("lost").await.unwrap();
    assert_eq!(left.len(), 1, "what nobody asked for stays where it is");
    let events = next.events(0, 10).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!((last.action, last.key.as_str()), (Action::Expired, "lost"));
    assert_eq!(last.detail["released"], json!(["n1/1"]));
    // The apply that crashed is run again: it adopts its record with other devices.
    let again = ledger(&bench, "run-3");
    let taken = again.create(pool("lost", ["n1/0", "n1/1"])).await;
    assert!(matches!(taken, Err(Error::Held { .. })), "{taken:?}");
    again.create(pool("lost", ["n1/0", "n1/3"])).await.unwrap();
    assert_eq!(again.verify().await.unwrap(), []);
}

#[tokio::test]
async fn a_run_renews_its_own_leases_and_nobody_elses() {
    let bench = Bench::new();
    let (own, other) = (ledger(&bench, "run-1"), ledger(&bench, "run-2"));
    own.create(pool("own", ["n1/0"])).await.unwrap();
    other.create(pool("other", ["n2/0"])).await.unwrap();
    let both = || vec!["own".to_owned(), "other".to_owned(), "absent".to_owned()];
    for _ in 0..3 {
        tokio::time::sleep(LEASE / 2).await;
        assert_eq!(own.renew(both()).await.unwrap(), 1);
    }
    let expired = |held: Vec<portcullis_ledger::Reservation>| -> Vec<(String, bool)> {
        held.into_iter()
            .map(|one| (one.pool, one.expired))
            .collect()
    };
    assert_eq!(
        expired(own.reservations().await.unwrap()),
        [("other".to_owned(), true), ("own".to_owned(), false)]
    );
}

#[tokio::test]
async fn what_a_state_holds_has_no_lease() {
    let bench = Bench::new();
    let ledger = ledger(&bench, "run-1");
    let record = ledger.create(pool("kept", ["n1/0"])).await.unwrap();
    let held = ledger.reservations().await.unwrap();
    assert!(held[0].lease_until.is_some());
    let seen = Seen {
        kind: Kind::Pool,
        key: "kept".to_owned(),
        incarnation: record.record().incarnation,
    };
    assert_eq!(ledger.acknowledge(vec![seen]).await.unwrap(), 1);
    let held = ledger.reservations().await.unwrap();
    assert_eq!((held[0].lease_until, held[0].expired), (None, false));
    tokio::time::sleep(LEASE).await;
    let refused = ledger.create(pool("next", ["n1/0"])).await;
    assert!(matches!(refused, Err(Error::Held { .. })), "{refused:?}");
}

#[tokio::test]
async fn freeing_takes_the_devices_leaves_the_record_and_says_why() {
    let bench = Bench::new();
    let ledger = ledger(&bench, "run-1");
    assert!(matches!(
        ledger.free("idle", "x").await,
        Err(Error::Absent { .. })
    ));
    assert!(!bench.path().exists());
    ledger.create(pool("idle", ["n1/0", "n1/1"])).await.unwrap();
    let freed = ledger.free("idle", "team left").await.unwrap();
    assert_eq!(freed, ["n1/0", "n1/1"]);
    assert!(ledger.get(Kind::Pool, "idle").await.unwrap().is_some());
    assert_eq!(ledger.reservations().await.unwrap(), []);
    let last = ledger.events(0, 10).await.unwrap().pop().unwrap();
    assert_eq!(last.action, Action::Freed);
    assert_eq!(last.detail["reason"], "team left");
    assert_eq!(last.detail["released"], json!(["n1/0", "n1/1"]));
    ledger.create(pool("next", ["n1/0"])).await.unwrap();
    assert_eq!(ledger.verify().await.unwrap(), []);
}

#[tokio::test]
async fn notes_expire_and_make_no_ledger() {
    let bench = Bench::new();
    let ledger = ledger(&bench, "run-1");
    let note = |kept| ledger.note_plan("p", "f1", vec!["n1/0".to_owned(), "n1/1".to_owned()], kept);
    note(Duration::from_mins(1)).await.unwrap();
    assert!(!bench.path().exists());
    ledger.create(pool("other", ["n2/0"])).await.unwrap();
    note(Duration::from_mins(1)).await.unwrap();
    let found = ledger.plan_note("p", "f1").await.unwrap().unwrap();
    assert_eq!(found.devices, ["n1/0", "n1/1"]);
    assert_eq!(ledger.plan_note("p", "f2").await.unwrap(), None);
    note(Duration::ZERO).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(ledger.plan_note("p", "f1").await.unwrap(), None);
}

#[tokio::test]
async fn what_is_published_replaces_what_was() {
    let bench = Bench::new();
    let ledger = ledger(&bench, "run-1");
    assert_eq!(ledger.published().await.unwrap(), []);
    ledger.publish("gpu-a01", "one".to_owned()).await.unwrap();
    ledger.publish("gpu-a02", "other".to_owned()).await.unwrap();
    ledger.publish("gpu-a01", "two".to_owned()).await.unwrap();
    let told = ledger.published().await.unwrap();
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|one| (one.name.as_str(), one.body.as_str()))
        .collect();
    assert_eq!(told, [("gpu-a01", "two"), ("gpu-a02", "other")]);
    assert_eq!(
        ledger.events(0, 10).await.unwrap(),
        [],
        "no promise, no event"
    );
    bench
        .sqlite()
        .execute(
            "UPDATE published SET body = 'three' WHERE name = 'gpu-a02'",
            [],
        )
        .unwrap();
    let reader = Sqlite::new(bench.path(), author("run-2"));
    assert!(matches!(
        reader.published().await,
        Err(Error::Corrupt { .. })
    ));
    assert_ne!(reader.verify().await.unwrap(), []);
}

/// A ledger as the first version wrote it.
fn first_version(bench: &Bench) {
    std::fs::create_dir_all(bench.path().parent().unwrap()).unwrap();
    let connection = bench.sqlite();
    connection
        .execute_batch(include_str!("../src/sqlite/schema.sql"))
        .unwrap();
    let id = "INSERT INTO meta VALUES (1, '5b0ee9a4-7d2c-4ef3-8f4e-17ab2f4a3a01', '2026-11-23T00:00:00Z')";
    connection.execute(id, []).unwrap();
    connection
        .pragma_update(None, "application_id", 0x7063_6c73)
        .unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
}

#[tokio::test]
async fn a_ledger_of_the_first_version_is_read_as_it_is_and_brought_up_to_date_by_the_first_write()
{
    let bench = Bench::new();
    first_version(&bench);
    let ledger = ledger(&bench, "run-1");
    assert_eq!(ledger.reservations().await.unwrap(), []);
    assert_eq!(ledger.published().await.unwrap(), []);
    assert_eq!(ledger.plan_note("p", "f1").await.unwrap(), None);
    assert_eq!(ledger.verify().await.unwrap(), []);
    let version = || -> u32 {
        let sql = "SELECT user_version FROM pragma_user_version";
        bench.sqlite().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(version(), 1, "reading changes nothing");
    ledger.create(pool("scoring", ["n1/0"])).await.unwrap();
    assert_eq!(version(), 4);
    let held = ledger.reservations().await.unwrap();
    assert!(held[0].lease_until.is_some(), "{held:?}");
    assert_eq!(ledger.verify().await.unwrap(), []);
}
