//! Random histories against a reference that fits on a page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::collections::{BTreeMap, BTreeSet};

use bench::{Bench, device};
use portcullis_ledger::{Created, Draft, Error, Kind, Ledger, Object, Seen};
use proptest::prelude::*;
use serde_json::json;

const RUNS: [&str; 2] = ["run-0", "run-1"];

#[derive(Clone, Debug)]
enum Operation {
    Create {
        run: usize,
        key: usize,
        fingerprint: usize,
        devices: BTreeSet<usize>,
    },
    Update {
        run: usize,
        key: usize,
        stale: bool,
        devices: BTreeSet<usize>,
    },
    Delete {
        run: usize,
        key: usize,
        stale: bool,
    },
    Acknowledge {
        run: usize,
        key: usize,
        stale: bool,
    },
}

fn operation() -> impl Strategy<Value = Operation> {
    let (run, key) = (0..RUNS.len(), 0..3_usize);
    let devices = || prop::collection::btree_set(0..6_usize, 0..4);
    let stale = || prop::bool::weighted(0.2);
    prop_oneof![
        4 => (run.clone(), key.clone(), 0..2_usize, devices()).prop_map(
            |(run, key, fingerprint, devices)| Operation::Create { run, key, fingerprint, devices }
        ),
        3 => (run.clone(), key.clone(), stale(), devices())
            .prop_map(|(run, key, stale, devices)| Operation::Update { run, key, stale, devices }),
        2 => (run.clone(), key.clone(), stale())
            .prop_map(|(run, key, stale)| Operation::Delete { run, key, stale }),
        1 => (run, key, stale())
            .prop_map(|(run, key, stale)| Operation::Acknowledge { run, key, stale }),
    ]
}

/// What the reference knows of a pool.
#[derive(Clone, Debug)]
struct Pool {
    run: usize,
    fingerprint: usize,
    incarnation: u64,
    acknowledged: bool,
    devices: BTreeSet<usize>,
}

#[derive(Default)]
struct Reference {
    pools: BTreeMap<usize, Pool>,
    /// How many changes there were.
    changes: u64,
}

impl Reference {
    fn held_by_others(&self, key: usize, devices: &BTreeSet<usize>) -> usize {
        let others = self.pools.iter().filter(|(other, _)| **other != key);
        others
            .map(|(_, pool)| pool.devices.intersection(devices).count())
            .sum()
    }

    /// The word for how an operation ends, after making its change.
    fn apply(&mut self, operation: &Operation) -> &'static str {
        let outcome = self.outcome(operation);
        if matches!(
            outcome,
            "created" | "adopted" | "updated" | "deleted" | "acknowledged"
        ) {
            self.changes += 1;
        }
        let now = self.changes;
        match (outcome, operation.clone()) {
            (
                "created" | "adopted",
                Operation::Create {
                    run,
                    key,
                    fingerprint,
                    devices,
                },
            ) => {
                let pool = Pool {
                    run,
                    fingerprint,
                    incarnation: now,
                    acknowledged: false,
                    devices,
                };
                self.pools.insert(key, pool);
            }
            ("updated", Operation::Update { key, devices, .. }) => {
                let pool = self.pools.get_mut(&key).unwrap();
                (pool.devices, pool.acknowledged) = (devices, true);
            }
            ("deleted", Operation::Delete { key, .. }) => drop(self.pools.remove(&key)),
            ("acknowledged", Operation::Acknowledge { key, .. }) => {
                self.pools.get_mut(&key).unwrap().acknowledged = true;
            }
            _ => {}
        }
        outcome
    }

    fn outcome(&self, operation: &Operation) -> &'static str {
        match operation {
            Operation::Create {
                run,
                key,
                fingerprint,
                devices,
            } => {
                let fits = self.held_by_others(*key, devices) == 0;
                match self.pools.get(key) {
                    None if fits => "created",
                    Some(pool)
                        if pool.acknowledged
                            || pool.run == *run
                            || pool.fingerprint != *fingerprint =>
                    {
                        "exists"
                    }
                    Some(_) if fits => "adopted",
                    _ => "held",
                }
            }
            Operation::Update {
                key,
                stale,
                devices,
                ..
            } => match self.pools.get(key) {
                None => "absent",
                Some(_) if *stale => "superseded",
                Some(_) if self.held_by_others(*key, devices) > 0 => "held",
                Some(_) => "updated",
            },
            Operation::Delete { key, stale, .. } => match self.pools.get(key) {
                None => "nothing",
                Some(_) if *stale => "superseded",
                Some(_) => "deleted",
            },
            Operation::Acknowledge { key, stale, .. } => match self.pools.get(key) {
                Some(pool) if !*stale && !pool.acknowledged => "acknowledged",
                _ => "nothing",
            },
        }
    }

    fn incarnation(&self, key: usize, stale: bool) -> u64 {
        let known = self.pools.get(&key).map_or(0, |pool| pool.incarnation);
        if stale { known + 1000 } else { known }
    }
}

fn draft(key: usize, fingerprint: usize, devices: &BTreeSet<usize>) -> Draft {
    let devices = devices
        .iter()
        .map(|n| device(&format!("n{}/{n}", n / 2), 0))
        .collect();
    Draft {
        object: Object::Pool(devices),
        key: format!("pool-{key}"),
        owner: "team:risk-ml".to_owned(),
        fingerprint: fingerprint.to_string(),
        body: json!({ "replicas": key }),
    }
}

async fn perform(
    ledger: &dyn Ledger,
    operation: &Operation,
    incarnation: u64,
) -> Result<&'static str, Error> {
    let name = |key: &usize| format!("pool-{key}");
    Ok(match operation {
        Operation::Create {
            key,
            fingerprint,
            devices,
            ..
        } => match ledger.create(draft(*key, *fingerprint, devices)).await? {
            Created::New(_) => "created",
            Created::Adopted(_) => "adopted",
        },
        Operation::Update { key, devices, .. } => ledger
            .update(incarnation, draft(*key, 0, devices))
            .await
            .map(|_| "updated")?,
        Operation::Delete { key, .. } => {
            let deleted = ledger.delete(Kind::Pool, &name(key), incarnation).await?;
            if deleted { "deleted" } else { "nothing" }
        }
        Operation::Acknowledge { key, .. } => {
            let seen = Seen {
                kind: Kind::Pool,
                key: name(key),
                incarnation,
            };
            if ledger.acknowledge(vec![seen]).await? == 1 {
                "acknowledged"
            } else {
                "nothing"
            }
        }
    })
}

fn word(result: Result<&'static str, Error>) -> &'static str {
    match result {
        Ok(word) => word,
        Err(Error::Exists { .. }) => "exists",
        Err(Error::Held { .. }) => "held",
        Err(Error::Absent { .. }) => "absent",
        Err(Error::Superseded { .. }) => "superseded",
        Err(error) => panic!("{error}"),
    }
}

/// Lets the ledger and the reference go through the same history and compares every outcome and the end.
async fn live_through(operations: Vec<Operation>) {
    let bench = Bench::new();
    let ledgers = RUNS.map(|run| bench.ledger(run));
    let mut reference = Reference::default();
    for operation in &operations {
        let (Operation::Create { run, key, .. }
        | Operation::Update { run, key, .. }
        | Operation::Delete { run, key, .. }
        | Operation::Acknowledge { run, key, .. }) = operation;
        let stale = match operation {
            Operation::Create { .. } => false,
            Operation::Update { stale, .. }
            | Operation::Delete { stale, .. }
            | Operation::Acknowledge { stale, .. } => *stale,
        };
        let incarnation = reference.incarnation(*key, stale);
        let found = word(perform(&ledgers[*run], operation, incarnation).await);
        assert_eq!(
            found,
            reference.apply(operation),
            "{operation:?} in {operations:?}"
        );
    }
    let ledger = &ledgers[0];
    let expected: Vec<_> = reference
        .pools
        .iter()
        .flat_map(|(key, pool)| {
            pool.devices
                .iter()
                .map(move |n| (format!("pool-{key}"), *n))
        })
        .map(|(pool, n)| (pool, format!("n{}/{n}", n / 2)))
        .collect();
    let found: Vec<_> = ledger.reservations().await.unwrap();
    let found: Vec<_> = found.into_iter().map(|r| (r.pool, r.device.key)).collect();
    assert_eq!(found, expected);
    let records = ledger.list(Kind::Pool).await.unwrap();
    let found: Vec<_> = records
        .iter()
        .map(|r| (r.incarnation, r.acknowledged))
        .collect();
    let expected: Vec<_> = reference
        .pools
        .values()
        .map(|pool| (pool.incarnation, pool.acknowledged))
        .collect();
    assert_eq!(found, expected);
    let events = ledger.events(0, 1000).await.unwrap();
    assert_eq!(events.len() as u64, reference.changes, "one event a change");
    assert_eq!(ledger.verify().await.unwrap(), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_agrees_with_the_reference(operations in prop::collection::vec(operation(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(live_through(operations));
    }
}
