//! A ledger of schema version 1 is read as it is, and brought to the version of today by the first change.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use bench::{Bench, identity};
use portcullis_ledger::{Draft, Kind, Ledger, Object};

/// A ledger with one record, as version 1 left it.
async fn of_version_1() -> Bench {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    ledger.create(identity("prod/a")).await.unwrap();
    ledger.close().await.unwrap();
    bench
        .sqlite()
        .execute_batch(
            "DROP TABLE instance_unit; DROP TABLE access_grant; DROP TABLE duty_constraint; DROP TABLE lease; DROP TABLE published; \
             DROP TABLE plan_note; PRAGMA user_version = 1",
        )
        .unwrap();
    bench
}

fn grant() -> Draft {
    Draft {
        object: Object::Grant,
        ..identity("user:bo rollback workload:prod/a")
    }
}

#[tokio::test]
async fn an_older_ledger_is_read_without_a_change() {
    let bench = of_version_1().await;
    let ledger = bench.ledger("run-2");
    assert_eq!(ledger.list(Kind::Identity).await.unwrap().len(), 1);
    assert_eq!(ledger.list(Kind::Grant).await.unwrap(), []);
    assert_eq!(ledger.get(Kind::DutyConstraint, "x").await.unwrap(), None);
    assert_eq!(ledger.verify().await.unwrap(), []);
    let version: u32 = bench
        .sqlite()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
}

#[tokio::test]
async fn the_first_change_brings_it_to_the_schema_of_today_and_keeps_what_it_holds() {
    let bench = of_version_1().await;
    let ledger = bench.ledger("run-2");
    ledger.create(grant()).await.unwrap();
    assert_eq!(ledger.list(Kind::Grant).await.unwrap().len(), 1);
    assert_eq!(ledger.list(Kind::Identity).await.unwrap().len(), 1);
    assert_eq!(ledger.verify().await.unwrap(), []);
}

/// What says that it is of version 2 and has no table for grants is damaged, and does not pass for one without grants.
#[tokio::test]
async fn a_table_that_is_gone_is_no_empty_table() {
    let bench = of_version_1().await;
    bench
        .sqlite()
        .pragma_update(None, "user_version", 2)
        .unwrap();
    assert!(bench.ledger("run-2").list(Kind::Grant).await.is_err());
}
