//! What a fleet of 1,000,000 devices costs, beside a plain pass over as many bytes; prints JSON.
//!
//! `cargo run --release --package portcullis-capacity --example million`, and after it another number of devices.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use portcullis_capacity::{Demand, Fleet, Reservations, fits};
use portcullis_model::{
    Device, DeviceId, DeviceKey, GpuModel, Grade, Health, MigMode, Name, NodeName, Site, Snapshot,
    SnapshotBuilder, SourceReport, Supply,
};

const DEVICES: u32 = 1_000_000;
const RUNS: usize = 11;
const MODELS: [&str; 4] = ["H200", "H100-80GB", "A100-80GB", "T4"];
const ZONES: [&str; 3] = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];

fn main() -> Result<(), Box<dyn Error>> {
    let devices = std::env::args()
        .nth(1)
        .map_or(Ok(DEVICES), |devices| devices.parse())?;
    let snapshot = Arc::new(snapshot(devices)?);
    let bytes = snapshot.size_bytes();
    let none = Reservations::new();
    let count_ms = median(|| drop(black_box(Fleet::new(&snapshot, &none))));

    let mut fleet = Fleet::new(&snapshot, &none);
    let one = [demand("one", 0, 500, 4)?];
    let verdict_ms = median(|| assert!(fits(&fleet, &one).witness().is_some()));
    let pools: Vec<Demand> = (0..1_000)
        .map(|pool| demand(&format!("pool-{pool:04}"), pool, 2, 1 << (pool % 3)))
        .collect::<Result<_, _>>()?;
    let together_ms = median(|| assert!(fits(&fleet, &pools).witness().is_some()));
    let one_by_one_ms = median_of(3, || plan(&fleet, &pools));

    // One in a hundred devices changes hands.
    let some: Vec<DeviceKey> = snapshot
        .devices()
        .step_by(100)
        .map(|device| device.key())
        .collect();
    let positions_ms = median(|| drop(black_box(snapshot.positions(&some))));
    fleet.take(&some, "another pool");
    let update_ms = median(|| {
        fleet.release(&some);
        fleet.take(&some, "another pool");
    }) / 2.0;
    println!(
        "{}",
        serde_json::json!({
            "devices": devices,
            "bytes_per_device": bytes / devices as usize,
            "floor_ms": floor(bytes),
            "count_ms": count_ms,
            "verdict_ms": verdict_ms,
            "pools_1000_together_ms": together_ms,
            "pools_1000_one_by_one_ms": one_by_one_ms,
            "update_one_percent_ms": update_ms,
            "look_up_one_percent_ms": positions_ms,
        })
    );
    Ok(())
}

/// Plans pool after pool, each beside what the ones before it took.
fn plan(fleet: &Fleet, pools: &[Demand]) {
    let mut left = fleet.clone();
    for pool in pools {
        let verdict = fits(&left, std::slice::from_ref(pool));
        let Some(placed) = verdict.witness() else {
            continue;
        };
        let replicas = placed.pools.iter().flat_map(|pool| &pool.replicas);
        let taken: Vec<&DeviceKey> = replicas.flat_map(|replica| &replica.devices).collect();
        assert!(!taken.is_empty());
        left.take(taken, pool.pool.as_str());
    }
}

/// A plain pass over as many bytes: the least that looking at every device can take.
fn floor(bytes: usize) -> f64 {
    let plain: Vec<u64> = (0..bytes as u64 / 8).collect();
    median(|| {
        black_box(
            plain
                .iter()
                .fold(0_u64, |sum, word| sum.wrapping_add(*word)),
        );
    })
}

/// Nodes of eight, of four models in three zones under two drivers, one device in sixteen in use.
fn snapshot(devices: u32) -> Result<Snapshot, Box<dyn Error>> {
    let now = Timestamp::UNIX_EPOCH;
    let mut all = Vec::new();
    for node in 0..devices / 8 {
        let name: NodeName = format!("node-{node:06}").parse()?;
        let pick = |words: &[&'static str], by: u32| {
            words
                .get((by as usize) % words.len())
                .copied()
                .unwrap_or_default()
        };
        let model: GpuModel = pick(&MODELS, node).parse()?;
        let site = Site {
            zone: Some(pick(&ZONES, node / 4).parse()?),
            driver: Some(pick(&["570.86.10", "550.54.15"], node / 12).parse()?),
            ..Site::default()
        };
        all.extend((0..8).map(|index| Device {
            node: name.clone(),
            id: DeviceId::Index(index),
            model: model.clone(),
            mig_profile: None,
            memory_mib: Some(81_559),
            grade: Grade::Counted,
            health: Health::Healthy,
            mig_mode: MigMode::Disabled,
            in_use: (node * 8 + index) % 16 == 0,
            site: site.clone(),
            fabric: None,
            observed_at: now,
        }));
    }
    let report = SourceReport {
        grade: Grade::Counted,
        observed_at: now,
        partial: None,
        nodes: Vec::new(),
        rooms: Vec::new(),
        devices: all,
        supply: Supply::default(),
    };
    Ok(SnapshotBuilder::default()
        .report("cluster".parse::<Name>()?, report)
        .build())
}

/// Devices on one node for each replica, with enough memory and a new driver.
fn demand(
    pool: &str,
    model: usize,
    replicas: u32,
    gpus_per_replica: u32,
) -> Result<Demand, Box<dyn Error>> {
    let model = MODELS.get(model % 4).unwrap_or(&"T4");
    Ok(Demand {
        models: vec![model.parse()?],
        memory_mib_min: Some(40_000),
        driver_min: Some("570.86".parse()?),
        ..Demand::new(pool.parse()?, replicas, gpus_per_replica)
    })
}

/// The median of some runs in milliseconds.
fn median(run: impl FnMut()) -> f64 {
    median_of(RUNS, run)
}

fn median_of(runs: usize, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(runs / 2).copied().unwrap_or_default()
}
