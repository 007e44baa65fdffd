//! How long a verdict takes over 100,000 devices, and 1,000 pools in one plan; prints JSON.
//!
//! `cargo run --release --package portcullis-capacity --example verdict`, and after it another number
//! of devices.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use portcullis_capacity::{Demand, Fleet, Reservations, fits};
use portcullis_model::{
    Device, DeviceId, GpuModel, Grade, Health, MigMode, Name, NodeName, Site, Snapshot,
    SnapshotBuilder, SourceReport, Supply,
};

const DEVICES: u32 = 100_000;
const RUNS: usize = 31;
const MODELS: [&str; 4] = ["H200", "H100-80GB", "A100-80GB", "T4"];

fn main() -> Result<(), Box<dyn Error>> {
    let devices = std::env::args()
        .nth(1)
        .map_or(Ok(DEVICES), |devices| devices.parse())?;
    let started = Instant::now();
    let snapshot = Arc::new(snapshot(devices)?);
    let build_ms = milliseconds(started);
    let started = Instant::now();
    let digest = snapshot.digest();
    let digest_ms = milliseconds(started);

    let none = Reservations::new();
    let reservations: Reservations = snapshot
        .devices()
        .step_by(10)
        .map(|device| (device.key(), "another-pool".to_owned()))
        .collect();
    let fleet = Fleet::new(&snapshot, &reservations);
    let one = [demand("one", 0, 500, 4)?];
    let all = pools(1_000)?;
    let half = pools(500)?;
    println!(
        "{}",
        serde_json::json!({
            "devices": devices,
            "digest": digest,
            "snapshot_build_ms": build_ms,
            "snapshot_digest_ms": digest_ms,
            "fleet_count_ms": median(|| drop(black_box(Fleet::new(&snapshot, &none)))),
            "fleet_count_10000_reservations_ms": median(|| drop(black_box(Fleet::new(&snapshot, &reservations)))),
            "verdict_ms": median(|| assert!(fits(&fleet, &one).witness().is_some())),
            "count_and_verdict_ms":
                median(|| assert!(fits(&Fleet::new(&snapshot, &none), &one).witness().is_some())),
            "pools_500_ms": median(|| assert!(fits(&fleet, &half).witness().is_some())),
            "pools_1000_ms": median(|| assert!(fits(&fleet, &all).witness().is_some())),
        })
    );
    Ok(())
}

/// Nodes of eight, of four models, one device in sixteen in use.
fn snapshot(devices: u32) -> Result<Snapshot, Box<dyn Error>> {
    let now = Timestamp::UNIX_EPOCH;
    let mut all = Vec::new();
    for node in 0..devices / 8 {
        let name: NodeName = format!("node-{node:06}").parse()?;
        let model: GpuModel = MODELS
            .iter()
            .cycle()
            .nth(node as usize % 4)
            .unwrap_or(&"T4")
            .parse()?;
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
            site: Site::default(),
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
        ..Demand::new(pool.parse()?, replicas, gpus_per_replica)
    })
}

/// Pools of 2 replicas of 1, 2 or 4 devices over the four models.
fn pools(count: u32) -> Result<Vec<Demand>, Box<dyn Error>> {
    (0..count)
        .map(|pool| {
            demand(
                &format!("pool-{pool:04}"),
                pool as usize,
                2,
                1 << (pool % 3),
            )
        })
        .collect()
}

fn milliseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1_000.0
}

/// The median of some runs in milliseconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            run();
            milliseconds(started)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(RUNS / 2).copied().unwrap_or_default()
}
