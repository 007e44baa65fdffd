//! CPU and memory that replicas were promised are gone from their node, and from no other, until they are given back.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "a test fails by panicking; fleets are shared between tests"
)]

mod fleets;

use std::sync::Arc;

use fleets::{demand, devices, name, report};
use portcullis_capacity::{Beside, Demand, Fleet, Reservations, fits};
use portcullis_model::{DeviceKey, MigMode, NodeRoom, Snapshot, SnapshotBuilder, Verdict};

const CPU: fn(u32) -> Beside = |cpu_milli| Beside {
    cpu_milli: Some(cpu_milli),
    memory_mib: None,
};
const MEMORY: fn(u32) -> Beside = |memory_mib| Beside {
    cpu_milli: None,
    memory_mib: Some(memory_mib),
};

/// Two nodes of four GPUs, each with 4,000 of CPU and of memory free.
fn two_nodes() -> Arc<Snapshot> {
    let mut all = report([devices("n0", "H200", 0, 4), devices("n1", "H200", 0, 4)].concat());
    let room = NodeRoom {
        cpu_milli: Some(4_000),
        memory_mib: Some(4_000),
    };
    all.rooms = ["n0", "n1"]
        .map(|node| (node.parse().unwrap(), room))
        .into();
    Arc::new(
        SnapshotBuilder::default()
            .report(name("cluster"), all)
            .build(),
    )
}

fn keys<const N: usize>(texts: [&str; N]) -> Vec<DeviceKey> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Replicas of one GPU that need this of their node.
fn asks(replicas: u32, beside: Beside) -> Demand {
    Demand {
        beside,
        ..demand("asking", &["H200"], replicas, 1)
    }
}

/// How many such replicas there is room for.
fn room_for(fleet: &Fleet, beside: Beside) -> u32 {
    let fitting = (1..=8).take_while(|replicas| {
        let verdict = fits(fleet, &[asks(*replicas, beside)]);
        assert!(
            !matches!(verdict, Verdict::Unknown(_)),
            "{:?}",
            verdict.reason()
        );
        verdict.witness().is_some()
    });
    fitting.last().unwrap_or(0)
}

#[test]
fn what_a_replica_was_promised_is_taken_from_its_node_alone() {
    for beside in [CPU, MEMORY] {
        let mut fleet = Fleet::new(&two_nodes(), &Reservations::new());
        assert_eq!(room_for(&fleet, beside(2_000)), 4);
        let first = keys(["cluster/n0/0"]);
        fleet.take(&first, "pool `steady`");
        fleet.take_beside(&first, beside(3_000));
        assert_eq!(room_for(&fleet, beside(1_000)), 1 + 4);
        assert_eq!(
            room_for(&fleet, beside(2_000)),
            2,
            "1,000 are left of one node"
        );
        let second = keys(["cluster/n0/1"]);
        fleet.take(&second, "pool `steady`");
        fleet.take_beside(&second, beside(1_000));
        assert_eq!(
            room_for(&fleet, beside(1)),
            4,
            "nothing is left of one node"
        );
        fleet.release(&first);
        assert_eq!(room_for(&fleet, beside(1_500)), 2 + 2);
        fleet.release(&second);
        assert_eq!(room_for(&fleet, beside(2_000)), 4);
    }
}

#[test]
fn what_is_reserved_in_the_ledger_is_taken_too_and_its_holder_is_named() {
    let held = keys(["cluster/n0/0", "cluster/n0/1"]);
    let reservations = held
        .iter()
        .map(|key| (key.clone(), "pool `other`".to_owned()));
    let mut fleet = Fleet::new(&two_nodes(), &reservations.collect());
    fleet.take_beside(&held, CPU(3_500));
    assert_eq!(room_for(&fleet, CPU(1_000)), 4);
    let Verdict::Cannot(reason) = fits(&fleet, &[asks(5, CPU(1_000))]) else {
        panic!("500 are left on the node")
    };
    assert_eq!(reason.code, "node-room-short");
    let named = "Held beside GPUs: 3500 thousandths of a CPU and 0 MiB by pool `other`.";
    assert!(reason.found.contains(named), "{reason}");
}

/// Replicas on instances that are to be made on one GPU have its position in common.
#[test]
fn replicas_on_instances_of_one_gpu_are_told_apart() {
    let mut all = report(devices("n0", "H200", 0, 2));
    all.devices[0].mig_mode = MigMode::Enabled;
    let room = NodeRoom {
        cpu_milli: Some(4_000),
        memory_mib: None,
    };
    all.rooms = vec![("n0".parse().unwrap(), room)];
    let snapshot = SnapshotBuilder::default()
        .report(name("cluster"), all)
        .build();
    let mut fleet = Fleet::new(&Arc::new(snapshot), &Reservations::new());
    let parts = ["cluster/n0/0/3g.71gb@0", "cluster/n0/0/3g.71gb@4"].map(|key| keys([key]));
    for part in &parts {
        fleet.take(part, "pool `steady`");
        fleet.take_beside(part, CPU(1_500));
    }
    assert_eq!(room_for(&fleet, CPU(1_000)), 1);
    assert_eq!(room_for(&fleet, CPU(1_001)), 0, "1,000 are left");
    fleet.release(&parts[0]);
    assert_eq!(room_for(&fleet, CPU(2_500)), 1);
    assert_eq!(
        room_for(&fleet, CPU(2_501)),
        0,
        "the other replica keeps its own"
    );
}
