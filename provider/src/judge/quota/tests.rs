use std::sync::Arc;

use jiff::Timestamp;
use portcullis_capacity::Reservations;
use portcullis_model::{
    Device, DeviceId, Grade, Health, MigMode, Site, SnapshotBuilder, SourceReport, Supply,
};

use super::*;
use crate::standing::Standing;

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

/// A source with one node of so many H200s, the first `used` of them in use.
fn source(node: &str, gpus: u32, used: u32, quotas: Vec<Quota>) -> SourceReport {
    let devices = (0..gpus).map(|index| Device {
        node: node.parse().unwrap(),
        id: DeviceId::Index(index),
        model: "H200".parse().unwrap(),
        mig_profile: None,
        memory_mib: Some(143_771),
        grade: Grade::Counted,
        health: Health::Healthy,
        mig_mode: MigMode::Disabled,
        in_use: index < used,
        holder: None,
        part_of: None,
        site: Site::default(),
        fabric: None,
        observed_at: now(),
    });
    SourceReport {
        grade: Grade::Counted,
        observed_at: now(),
        partial: None,
        nodes: Vec::new(),
        rooms: Vec::new(),
        devices: devices.collect(),
        supply: Supply {
            offers: Vec::new(),
            quotas,
        },
    }
}

fn quota(name: &str, unit: QuotaUnit, limit: u32, used: u32, queue: Option<&str>) -> Quota {
    let labels = queue.map(|queue| ("queue".to_owned(), queue.to_owned()));
    Quota {
        name: name.to_owned(),
        unit,
        model: None,
        limit,
        used,
        observed_at: now(),
        labels: labels.into_iter().collect(),
    }
}

fn devices(limit: u32, used: u32) -> Quota {
    quota("gpus", QuotaUnit::Devices, limit, used, None)
}

fn placing(sources: Vec<(&str, SourceReport)>, held: &[&str]) -> Placing {
    let mut builder = SnapshotBuilder::default();
    for (name, report) in sources {
        builder = builder.report(name.parse().unwrap(), report);
    }
    let holders: Reservations = held
        .iter()
        .map(|key| (key.parse().unwrap(), "pool `other`".to_owned()))
        .collect();
    let standing = Standing {
        holders,
        ..Standing::default()
    };
    Placing::new(&Arc::new(builder.build()), standing)
}

fn demand(pool: &str, replicas: u32, gpus_per_replica: u32) -> Demand {
    Demand {
        models: vec!["H200".parse().unwrap()],
        ..Demand::new(pool.parse().unwrap(), replicas, gpus_per_replica)
    }
}

/// `yes`, or the code of the reason.
fn asked(placing: &mut Placing, demand: &Demand) -> String {
    match place(placing, demand, &[]) {
        Verdict::Fits(placed) => {
            assert_eq!(placed.len() as u64, demand.gpus());
            "yes".to_owned()
        }
        Verdict::Cannot(reason) | Verdict::Unknown(reason) => reason.code,
    }
}

#[test]
fn a_quota_below_the_hardware_limits_what_a_pool_may_take() {
    let mut lab = placing(vec![("lab", source("n", 8, 0, vec![devices(6, 2)]))], &[]);
    assert_eq!(asked(&mut lab, &demand("a", 1, 5)), "quota-exceeded");
    assert_eq!(asked(&mut lab, &demand("a", 1, 4)), "yes");
    assert_eq!(asked(&mut lab, &demand("b", 1, 1)), "quota-exceeded");
}

#[test]
fn a_quota_above_the_hardware_makes_no_devices() {
    let lab = |quotas| placing(vec![("lab", source("n", 4, 0, quotas))], &[]);
    let without = asked(&mut lab(Vec::new()), &demand("a", 1, 8));
    assert_ne!(without, "yes");
    assert_eq!(
        asked(&mut lab(vec![devices(100, 0)]), &demand("a", 1, 8)),
        without
    );
}

#[test]
fn what_the_ledger_holds_counts_until_the_source_counts_it() {
    let held = ["lab/n/0", "lab/n/1"];
    let idle = source("n", 8, 0, vec![devices(4, 0)]);
    let mut lab = placing(vec![("lab", idle)], &held);
    assert_eq!(asked(&mut lab, &demand("a", 1, 3)), "quota-exceeded");
    assert_eq!(asked(&mut lab, &demand("a", 1, 2)), "yes");
    // The same two devices, in use and counted as used: they are not counted twice.
    let running = source("n", 8, 2, vec![devices(4, 2)]);
    let mut lab = placing(vec![("lab", running)], &held);
    assert_eq!(asked(&mut lab, &demand("a", 1, 2)), "yes");
}

#[test]
fn another_source_is_taken_where_the_quota_of_one_leaves_too_little() {
    let lab = || source("n", 8, 0, vec![devices(2, 0)]);
    let mut two = placing(
        vec![("lab", lab()), ("other", source("m", 8, 0, Vec::new()))],
        &[],
    );
    assert_eq!(asked(&mut two, &demand("a", 1, 8)), "yes");
    // Two copies of four: one might go within the quota of `lab` if it were larger, one elsewhere.
    let sources = vec![("lab", lab()), ("other", source("m", 4, 0, Vec::new()))];
    assert_eq!(
        asked(&mut placing(sources, &[]), &demand("a", 2, 4)),
        "quota-undecided"
    );
}

#[test]
fn one_queue_has_to_admit_a_pool() {
    let queue = |name: &str, limit| quota(name, QuotaUnit::Devices, limit, 0, Some(name));
    let lab = |quotas| placing(vec![("lab", source("n", 16, 0, quotas))], &[]);
    let two = || vec![queue("a", 4), queue("b", 6)];
    assert_eq!(asked(&mut lab(two()), &demand("p", 1, 6)), "yes");
    assert_eq!(asked(&mut lab(two()), &demand("p", 1, 7)), "quota-exceeded");
    let mut both = lab(two());
    assert_eq!(asked(&mut both, &demand("p", 1, 4)), "yes");
    // It fits if the pools use different queues, which nobody says.
    assert_eq!(asked(&mut both, &demand("q", 1, 4)), "quota-undecided");
}

#[test]
fn nodes_and_models_are_what_a_quota_says_that_it_counts() {
    let one_node = quota("nodes", QuotaUnit::Nodes, 1, 0, None);
    let mut lab = placing(vec![("lab", source("n", 8, 0, vec![one_node]))], &[]);
    assert_eq!(asked(&mut lab, &demand("a", 2, 4)), "yes");
    let mut other_model = devices(0, 0);
    other_model.model = Some("T4".parse().unwrap());
    let mut lab = placing(vec![("lab", source("n", 8, 0, vec![other_model]))], &[]);
    assert_eq!(asked(&mut lab, &demand("a", 1, 8)), "yes");
}

/// `yes`, or the code of the reason, for bursts of these demands beside a steady pool.
fn burst(placing: &mut Placing, bursts: &[Demand]) -> String {
    for burst in bursts {
        let burst = Demand {
            burst: true,
            ..burst.clone()
        };
        placing.declare_burst(&burst.pool.clone(), Some(burst), []);
    }
    match super::bursts(placing) {
        Verdict::Fits(()) => "yes".to_owned(),
        Verdict::Cannot(reason) | Verdict::Unknown(reason) => reason.code,
    }
}

#[test]
fn a_burst_counts_against_the_quota_beside_what_is_steady() {
    let lab = |quota| placing(vec![("lab", source("n", 16, 0, vec![quota]))], &["lab/n/0"]);
    let both = [demand("a", 1, 2), demand("b", 1, 3)];
    for (limit, used, answer) in [
        (10, 0, "yes"),
        (9, 0, "quota-exceeded"),
        (10, 1, "quota-exceeded"),
    ] {
        let mut lab = lab(devices(limit, used));
        // One reserved, four steady, five in bursts.
        assert_eq!(asked(&mut lab, &demand("a", 1, 4)), "yes");
        assert_eq!(burst(&mut lab, &both), answer, "{limit} {used}");
    }
    // More than the hardware is said of the hardware.
    let mut lab = lab(devices(99, 0));
    assert_eq!(burst(&mut lab, &[demand("a", 4, 4)]), "not-enough-gpus");
}

#[test]
fn bursts_go_where_a_quota_lets_them() {
    let sources = |other| {
        let lab = source("n", 8, 0, vec![devices(2, 0)]);
        placing(
            vec![("lab", lab), ("other", source("m", other, 0, Vec::new()))],
            &[],
        )
    };
    assert_eq!(burst(&mut sources(8), &[demand("a", 1, 8)]), "yes");
    // One copy might go here and one there.
    let two = [demand("a", 2, 4)];
    assert_eq!(burst(&mut sources(4), &two), "quota-undecided");
    assert_eq!(burst(&mut sources(3), &two), "quota-exceeded");
}
