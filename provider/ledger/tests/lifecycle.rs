//! One record's life: created, adopted after an interruption, acknowledged, changed, removed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::sync::Arc;

use bench::{Bench, device, identity, pool};
use portcullis_ledger::{Action, Created, Error, Kind, Ledger, Note, Seen, Topic};
use serde_json::json;

#[tokio::test]
async fn a_ledger_that_does_not_exist_reads_as_an_empty_one_and_stays_away() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    assert_eq!(ledger.id().await.unwrap(), None);
    assert_eq!(ledger.get(Kind::Pool, "scoring").await.unwrap(), None);
    assert_eq!(ledger.list(Kind::Pool).await.unwrap(), []);
    assert_eq!(ledger.reservations().await.unwrap(), []);
    assert_eq!(ledger.events(0, 10).await.unwrap(), []);
    assert_eq!(ledger.verify().await.unwrap(), []);
    assert!(!ledger.delete(Kind::Pool, "scoring", 1).await.unwrap());
    assert!(matches!(
        ledger.update(1, pool("scoring", [])).await,
        Err(Error::Absent { .. })
    ));
    assert!(matches!(
        ledger.expect("some-id").await,
        Err(Error::Missing { .. })
    ));
    assert!(!bench.path().exists());
    assert!(!bench.path().parent().unwrap().exists());
}

#[tokio::test]
async fn create_read_update_delete_each_with_its_event() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    let created = ledger
        .create(pool("scoring", ["n1/0", "n1/1"]))
        .await
        .unwrap();
    let Created::New(record) = created else {
        panic!("{created:?}")
    };
    assert_eq!(
        ledger.get(Kind::Pool, "scoring").await.unwrap(),
        Some(record.clone())
    );
    assert!(!record.acknowledged);

    let id = ledger.id().await.unwrap().unwrap();
    assert_eq!(id.len(), 36, "{id}");
    ledger.expect(&id).await.unwrap();
    assert!(matches!(
        ledger.expect("another").await,
        Err(Error::Foreign { .. })
    ));

    let changed = ledger
        .update(record.incarnation, pool("scoring", ["n1/1", "n2/0"]))
        .await
        .unwrap();
    assert_eq!(changed.incarnation, record.incarnation);
    let held = ledger.reservations_of("scoring").await.unwrap();
    assert_eq!(
        held.iter().map(|r| &r.device).collect::<Vec<_>>(),
        [&device("n1/1", 0), &device("n2/0", 1)]
    );
    assert!(
        held[0].fence < held[1].fence,
        "a device taken later has a higher fence"
    );

    assert!(
        ledger
            .delete(Kind::Pool, "scoring", record.incarnation)
            .await
            .unwrap()
    );
    assert!(
        !ledger
            .delete(Kind::Pool, "scoring", record.incarnation)
            .await
            .unwrap()
    );
    assert_eq!(ledger.reservations().await.unwrap(), []);

    let events = ledger.events(0, 10).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|e| (e.seq, e.action, e.key.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, Action::Created, "scoring"),
            (2, Action::Updated, "scoring"),
            (3, Action::Deleted, "scoring")
        ]
    );
    assert_eq!(events[1].detail["reserved"], json!(["n2/0"]));
    assert_eq!(events[1].detail["released"], json!(["n1/0"]));
    assert_eq!(events[1].author.run, "run-1");
    assert_eq!(ledger.verify().await.unwrap(), []);
}

#[tokio::test]
async fn calls_of_plugins_are_noted_in_a_ledger_that_is_there() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    let note = |plugin: &str| Note {
        plugin: plugin.to_owned(),
        detail: json!({"function": "list-inventory", "milliseconds": 12}),
    };
    assert_eq!(ledger.note(vec![note("prometheus")]).await.unwrap(), 0);
    assert_eq!(
        ledger.id().await.unwrap(),
        None,
        "a note alone makes no ledger"
    );

    ledger.create(identity("fraud")).await.unwrap();
    let kept = ledger.note(vec![note("prometheus"), note("gpu-budget")]);
    assert_eq!(kept.await.unwrap(), 2);
    let events = ledger.events(1, 10).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.seq, event.action, event.topic, event.key.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (2, Action::Called, Topic::Plugin, "prometheus"),
            (3, Action::Called, Topic::Plugin, "gpu-budget"),
        ]
    );
    assert_eq!(serde_json::to_value(&events[0]).unwrap()["kind"], "plugin");

    assert_eq!(
        ledger.latest_note("prometheus", "applied").await.unwrap(),
        None
    );
    let applied = Note {
        detail: json!({"applied": true, "rights": ["GET http://127.0.0.1:9090/"]}),
        ..note("prometheus")
    };
    ledger
        .note(vec![applied, note("prometheus")])
        .await
        .unwrap();
    let latest = ledger
        .latest_note("prometheus", "applied")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(latest.seq, 4);
    assert_eq!(
        ledger.latest_note("gpu-budget", "applied").await.unwrap(),
        None
    );
    assert_eq!(ledger.verify().await.unwrap(), []);
}

#[tokio::test]
async fn what_an_interrupted_run_left_is_adopted_by_the_next() {
    let bench = Bench::new();
    let first = bench
        .ledger("run-1")
        .create(identity("prod/fraud"))
        .await
        .unwrap()
        .into_record();
    let again = bench
        .ledger("run-2")
        .create(identity("prod/fraud"))
        .await
        .unwrap();
    let Created::Adopted(record) = again else {
        panic!("{again:?}")
    };
    assert!(record.incarnation > first.incarnation);
    assert_eq!(record.created_at, first.created_at);
    assert_eq!(record.run, "run-2");

    // Should the first run still be alive after all, it learns that the record is no longer its own.
    let late = bench
        .ledger("run-1")
        .update(first.incarnation, identity("prod/fraud"))
        .await;
    assert!(matches!(late, Err(Error::Superseded { .. })), "{late:?}");
    let late = bench
        .ledger("run-1")
        .delete(Kind::Identity, "prod/fraud", first.incarnation)
        .await;
    assert!(matches!(late, Err(Error::Superseded { .. })), "{late:?}");
}

#[tokio::test]
async fn what_is_not_an_orphan_of_this_configuration_is_refused() {
    let bench = Bench::new();
    bench
        .ledger("run-1")
        .create(identity("prod/fraud"))
        .await
        .unwrap();

    let twice = bench
        .ledger("run-1")
        .create(identity("prod/fraud"))
        .await
        .unwrap_err();
    assert!(
        matches!(twice, Error::Exists { this_run: true, .. }),
        "{twice}"
    );

    let mut other = identity("prod/fraud");
    other.owner = "team:other".to_owned();
    let refused = bench.ledger("run-2").create(other).await.unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Exists {
                acknowledged: false,
                ..
            }
        ),
        "{refused}"
    );

    let mut other = identity("prod/fraud");
    other.fingerprint = "another".to_owned();
    let refused = bench.ledger("run-2").create(other).await.unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Exists {
                acknowledged: false,
                ..
            }
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn what_a_state_holds_is_never_adopted() {
    let bench = Bench::new();
    let record = bench
        .ledger("run-1")
        .create(identity("prod/fraud"))
        .await
        .unwrap()
        .into_record();
    let seen = vec![Seen {
        kind: Kind::Identity,
        key: "prod/fraud".to_owned(),
        incarnation: record.incarnation,
    }];
    assert_eq!(
        bench
            .ledger("run-1")
            .acknowledge(seen.clone())
            .await
            .unwrap(),
        1
    );
    assert_eq!(bench.ledger("run-1").acknowledge(seen).await.unwrap(), 0);
    let refused = bench
        .ledger("run-2")
        .create(identity("prod/fraud"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Exists {
                acknowledged: true,
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(bench.ledger("run-1").events(0, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn acknowledging_a_lost_incarnation_changes_nothing() {
    let bench = Bench::new();
    let first = bench
        .ledger("run-1")
        .create(identity("prod/fraud"))
        .await
        .unwrap()
        .into_record();
    bench
        .ledger("run-2")
        .create(identity("prod/fraud"))
        .await
        .unwrap();
    let seen = Seen {
        kind: Kind::Identity,
        key: first.key,
        incarnation: first.incarnation,
    };
    assert_eq!(
        bench.ledger("run-1").acknowledge(vec![seen]).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn a_pool_gets_all_of_its_devices_or_none() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    ledger
        .create(pool("first", ["n1/0", "n1/1"]))
        .await
        .unwrap();
    let refused = ledger
        .create(pool("second", ["n1/1", "n2/0"]))
        .await
        .unwrap_err();
    let Error::Held { asked, held, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!((*asked, held.len()), (2, 1));
    assert_eq!(
        (held[0].device.as_str(), held[0].pool.as_str()),
        ("n1/1", "first")
    );
    assert_eq!(ledger.get(Kind::Pool, "second").await.unwrap(), None);

    let second = ledger
        .create(pool("second", ["n2/0"]))
        .await
        .unwrap()
        .into_record();
    let refused = ledger
        .update(second.incarnation, pool("second", ["n1/0"]))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Held { .. }), "{refused}");
    let kept = ledger.reservations_of("second").await.unwrap();
    assert_eq!(
        kept[0].device.key, "n2/0",
        "a refused update releases nothing"
    );
    assert_eq!(
        ledger.events(0, 10).await.unwrap().len(),
        2,
        "a refusal leaves no event"
    );
}

#[tokio::test]
async fn a_closed_ledger_is_one_file_and_opens_again() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    ledger.close().await.unwrap();
    assert!(!bench.path().exists(), "closing makes nothing");
    ledger.create(identity("prod/a")).await.unwrap();
    assert_eq!(ledger.list(Kind::Identity).await.unwrap().len(), 1);
    ledger.close().await.unwrap();
    let files = std::fs::read_dir(bench.path().parent().unwrap()).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["ledger.db"]);
    ledger.create(identity("prod/b")).await.unwrap();
    assert_eq!(ledger.list(Kind::Identity).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_thousand_resources_read_through_a_few_connections() {
    let bench = Bench::new();
    let ledger = Arc::new(bench.ledger("run-1"));
    ledger.create(identity("prod/a")).await.unwrap();
    let mut reads = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let ledger = Arc::clone(&ledger);
        reads.spawn(async move { ledger.get(Kind::Identity, "prod/a").await.unwrap() });
    }
    assert!(reads.join_all().await.iter().all(Option::is_some));
    if cfg!(target_os = "linux") {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let ours = open.filter_map(|fd| std::fs::read_link(fd.path()).ok());
        let ours = ours.filter(|file| file == bench.path()).count();
        assert!(ours <= 5, "{ours} connections: four to read, one to write");
    }
}
