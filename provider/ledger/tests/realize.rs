//! Records of what is kept on platforms as well: completed afterwards, and removed by force with the reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use bench::{Bench, identity};
use portcullis_ledger::{Action, Created, Error, Force, Kind, Ledger};
use serde_json::json;

const KEY: &str = "production/fraud";

fn force() -> Force {
    Force {
        reason: "the team is gone".to_owned(),
        left: vec!["RoleBinding infer/legacy".to_owned()],
    }
}

#[tokio::test]
async fn a_completed_record_is_still_one_to_be_taken_over() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    let made = ledger.create(identity(KEY)).await.unwrap().into_record();
    let body = json!({"realized": {"cluster": {"id": "infer/fraud"}}});
    let completed = ledger
        .realize(Kind::Identity, KEY, made.incarnation, body.clone())
        .await
        .unwrap();
    assert_eq!((&completed.body, completed.acknowledged), (&body, false));
    assert_eq!(completed.fingerprint, made.fingerprint);
    let events = ledger.events(1, 10).await.unwrap();
    assert_eq!(events[0].action, Action::Realized);

    // The run died before Terraform heard of it.
    let next = bench.ledger("run-2");
    let taken = next.create(identity(KEY)).await.unwrap();
    assert!(matches!(taken, Created::Adopted(_)), "{taken:?}");
    let late = ledger
        .realize(Kind::Identity, KEY, made.incarnation, json!({}))
        .await;
    assert!(matches!(late, Err(Error::Superseded { .. })), "{late:?}");
    assert_eq!(next.verify().await.unwrap(), []);
}

#[tokio::test]
async fn an_acknowledged_record_stays_so() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    let made = ledger.create(identity(KEY)).await.unwrap().into_record();
    let updated = ledger
        .update(made.incarnation, identity(KEY))
        .await
        .unwrap();
    assert!(updated.acknowledged);
    let completed = ledger
        .realize(Kind::Identity, KEY, made.incarnation, json!({}))
        .await
        .unwrap();
    assert!(completed.acknowledged);
}

#[tokio::test]
async fn a_removal_by_force_says_why_and_what_was_left() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    let made = ledger.create(identity(KEY)).await.unwrap().into_record();
    let incarnation = made.incarnation;
    let wrong = ledger
        .force(Kind::Identity, KEY, incarnation + 1, force())
        .await;
    assert!(matches!(wrong, Err(Error::Superseded { .. })), "{wrong:?}");
    ledger
        .force(Kind::Identity, KEY, incarnation, force())
        .await
        .unwrap();
    assert!(
        ledger
            .delete(Kind::Identity, KEY, incarnation)
            .await
            .unwrap()
    );
    let events = ledger.events(1, 10).await.unwrap();
    let actions: Vec<Action> = events.iter().map(|event| event.action).collect();
    assert_eq!(actions, [Action::Forced, Action::Deleted]);
    assert_eq!(events[0].detail["reason"], "the team is gone");
    assert_eq!(
        events[0].detail["left"],
        json!(["RoleBinding infer/legacy"])
    );
    assert_eq!(ledger.verify().await.unwrap(), []);
}

#[tokio::test]
async fn neither_makes_a_ledger() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    let realized = ledger.realize(Kind::Identity, KEY, 1, json!({})).await;
    assert!(
        matches!(realized, Err(Error::Absent { .. })),
        "{realized:?}"
    );
    let forced = ledger.force(Kind::Identity, KEY, 1, force()).await;
    assert!(matches!(forced, Err(Error::Absent { .. })), "{forced:?}");
    assert!(!bench.path().exists());
}
