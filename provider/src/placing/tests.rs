use jiff::Timestamp;
use portcullis_capacity::Beside;
use portcullis_model::{
    Device, DeviceId, Grade, Health, MigMode, NodeRoom, Site, SnapshotBuilder, SourceReport, Supply,
};

use super::*;

/// Nodes `n0`, `n1` ... with so many H200s each.
fn snapshot(counts: &[u32]) -> Arc<Snapshot> {
    let observed_at = Timestamp::from_second(1_700_000_000).unwrap();
    let nodes = counts.iter().enumerate();
    let devices = nodes.flat_map(|(number, count)| {
        (0..*count).map(move |index| Device {
            node: format!("n{number}").parse().unwrap(),
            id: DeviceId::Index(index),
            model: "H200".parse().unwrap(),
            mig_profile: None,
            memory_mib: Some(143_771),
            grade: Grade::Counted,
            health: Health::Healthy,
            mig_mode: MigMode::Disabled,
            in_use: false,
            holder: None,
            part_of: None,
            site: Site::default(),
            fabric: None,
            observed_at,
        })
    });
    let report = SourceReport {
        grade: Grade::Counted,
        observed_at,
        partial: None,
        nodes: Vec::new(),
        rooms: (0..counts.len())
            .map(|number| {
                let room = NodeRoom {
                    cpu_milli: Some(6_000),
                    memory_mib: None,
                };
                (format!("n{number}").parse().unwrap(), room)
            })
            .collect(),
        devices: devices.collect(),
        supply: Supply::default(),
    };
    Arc::new(
        SnapshotBuilder::default()
            .report("lab".parse().unwrap(), report)
            .build(),
    )
}

fn demand(pool: &str, replicas: u32, gpus_per_replica: u32) -> Demand {
    Demand {
        models: vec!["H200".parse().unwrap()],
        ..Demand::new(pool.parse().unwrap(), replicas, gpus_per_replica)
    }
}

fn keys(verdict: &Verdict<Vec<PlacedDevice>>) -> Vec<String> {
    verdict
        .witness()
        .unwrap()
        .iter()
        .map(|one| one.key.to_string())
        .collect()
}

#[test]
fn pools_of_one_run_never_share_a_device() {
    let mut placing = Placing::new(&snapshot(&[8]), Standing::default());
    let first = keys(&placing.place(demand("a", 1, 4), &[]));
    let second = keys(&placing.place(demand("b", 1, 4), &[]));
    assert!(
        first.iter().all(|key| !second.contains(key)),
        "{first:?} {second:?}"
    );
    assert!(matches!(
        placing.place(demand("c", 1, 1), &[]),
        Verdict::Cannot(_)
    ));
}

#[test]
fn planning_a_pool_again_replaces_its_plan() {
    let mut placing = Placing::new(&snapshot(&[8]), Standing::default());
    let first = keys(&placing.place(demand("a", 2, 4), &[]));
    assert_eq!(keys(&placing.place(demand("a", 2, 4), &[])), first);
}

#[test]
fn the_refusal_reads_the_same_whoever_is_planned_last() {
    let refused = |order: [&str; 2]| {
        let mut placing = Placing::new(&snapshot(&[8]), Standing::default());
        let verdicts = order.map(|pool| placing.place(demand(pool, 1, 5), &[]));
        let [Verdict::Fits(_), Verdict::Cannot(reason)] = verdicts else {
            panic!("{verdicts:?}");
        };
        reason.to_string()
    };
    assert_eq!(refused(["a", "b"]), refused(["b", "a"]));
}

#[test]
fn earlier_pools_move_when_that_makes_room() {
    // While `a` is on the small node, `b` gets half of the large one. Without `a`, `c` fits if `b` moves over.
    let mut placing = Placing::new(&snapshot(&[8, 4]), Standing::default());
    assert!(placing.place(demand("a", 1, 3), &[]).witness().is_some());
    assert!(placing.place(demand("b", 1, 4), &[]).witness().is_some());
    assert!(matches!(
        placing.place(demand("c", 1, 8), &[]),
        Verdict::Cannot(_)
    ));
    assert!(placing.place(demand("a", 0, 1), &[]).witness().is_some());
    assert_eq!(keys(&placing.place(demand("c", 1, 8), &[])).len(), 8);
}

#[test]
fn pools_of_one_run_share_the_cpu_of_a_node() {
    let with_cpu = |pool: &str| Demand {
        beside: Beside {
            cpu_milli: Some(4_000),
            memory_mib: None,
        },
        ..demand(pool, 1, 1)
    };
    let mut placing = Placing::new(&snapshot(&[8]), Standing::default());
    assert!(placing.place(with_cpu("a"), &[]).witness().is_some());
    assert!(matches!(
        placing.place(with_cpu("b"), &[]),
        Verdict::Cannot(_)
    ));
}

#[test]
fn a_pool_that_stays_as_it_is_holds_what_it_was_to_give_back() {
    let held: Vec<DeviceKey> = (0..8)
        .map(|index| format!("lab/n0/{index}").parse().unwrap())
        .collect();
    let holders = held
        .iter()
        .map(|key| (key.clone(), "pool `a`".to_owned()))
        .collect();
    let standing = Standing {
        holders,
        ..Standing::default()
    };
    let mut placing = Placing::new(&snapshot(&[8]), standing);
    assert!(matches!(
        placing.place(demand("a", 1, 9), &held),
        Verdict::Cannot(_)
    ));
    placing.stay(&"a".parse().unwrap(), &held);
    assert!(matches!(
        placing.place(demand("b", 1, 1), &[]),
        Verdict::Cannot(_)
    ));
    placing.release(&held);
    assert_eq!(keys(&placing.place(demand("b", 1, 8), &[])).len(), 8);
}

#[test]
fn what_is_released_is_free_in_the_same_step() {
    let held: Vec<DeviceKey> = (0..8)
        .map(|index| format!("lab/n0/{index}").parse().unwrap())
        .collect();
    let holders = held
        .iter()
        .map(|key| (key.clone(), "pool `a`".to_owned()))
        .collect();
    let standing = Standing {
        holders,
        ..Standing::default()
    };
    let mut placing = Placing::new(&snapshot(&[8]), standing);
    assert!(matches!(
        placing.place(demand("b", 1, 8), &[]),
        Verdict::Cannot(_)
    ));
    assert_eq!(keys(&placing.place(demand("b", 1, 8), &held)).len(), 8);
}

#[test]
fn what_the_ledger_promised_of_a_node_is_taken_until_it_runs_or_is_given_back() {
    let held: DeviceKey = "lab/n0/0".parse().unwrap();
    let with_cpu = |pool: &str| Demand {
        beside: Beside {
            cpu_milli: Some(4_000),
            memory_mib: None,
        },
        ..demand(pool, 1, 1)
    };
    let standing = || Standing {
        holders: [(held.clone(), "pool `a` of `team:x`".to_owned())].into(),
        replicas: vec![HeldReplica {
            pool: "a".parse().unwrap(),
            devices: vec![held.clone()],
            beside: with_cpu("a").beside,
        }],
        bursts: BTreeMap::new(),
    };
    let mut placing = Placing::new(&snapshot(&[8]), standing());
    let refused = placing.place(with_cpu("b"), &[]);
    let Verdict::Cannot(reason) = refused else {
        panic!("{refused:?}");
    };
    let held_by = "4000 thousandths of a CPU and 0 MiB by pool `a` of `team:x`";
    assert!(reason.found.contains(held_by), "{reason}");
    assert_eq!(
        keys(&placing.place(with_cpu("b"), std::slice::from_ref(&held))).len(),
        1
    );
}
