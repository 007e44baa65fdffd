//! A made-up fleet and pools for it, and how long something takes.

use std::error::Error;
use std::time::Instant;

use jiff::Timestamp;
use portcullis_capacity::Demand;
use portcullis_model::{
    Device, DeviceId, GpuModel, Grade, Health, MigMode, Name, NodeName, Site, Snapshot,
    SnapshotBuilder, SourceReport, Supply,
};

const MODELS: [&str; 4] = ["H200", "H100-80GB", "A100-80GB", "T4"];
const ZONES: [&str; 3] = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];
const DRIVERS: [&str; 2] = ["570.86.10", "550.54.15"];

/// Nodes of eight, of four models in three zones under two drivers, one device in sixteen in use.
pub(crate) fn snapshot(devices: u32) -> Result<Snapshot, Box<dyn Error>> {
    let now = Timestamp::UNIX_EPOCH;
    let mut all = Vec::new();
    for node in 0..devices / 8 {
        let name: NodeName = format!("node-{node:06}").parse()?;
        let model: GpuModel = pick(&MODELS, node).parse()?;
        let site = Site {
            zone: Some(pick(&ZONES, node / 4).parse()?),
            driver: Some(pick(&DRIVERS, node / 12).parse()?),
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
            holder: None,
            part_of: None,
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

fn pick(words: &[&'static str], number: u32) -> &'static str {
    let position = number as usize % words.len().max(1);
    words.get(position).copied().unwrap_or_default()
}

/// One pool: devices on one node for each replica, with enough memory and a new driver.
pub(crate) fn demand(
    pool: &str,
    model: u32,
    replicas: u32,
    gpus_per_replica: u32,
) -> Result<Demand, Box<dyn Error>> {
    Ok(Demand {
        models: vec![pick(&MODELS, model).parse()?],
        memory_mib_min: Some(40_000),
        driver_min: Some("570.86".parse()?),
        ..Demand::new(pool.parse()?, replicas, gpus_per_replica)
    })
}

/// Pools of 2 replicas of 1, 2 or 4 devices over the four models.
pub(crate) fn pools(count: u32) -> Result<Vec<Demand>, Box<dyn Error>> {
    (0..count)
        .map(|pool| demand(&format!("pool-{pool:04}"), pool, 2, 1 << (pool % 3)))
        .collect()
}

/// The median of some runs in milliseconds.
pub(crate) fn median(runs: usize, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs).map(|_| milliseconds(&mut run).1).collect();
    times.sort_by(f64::total_cmp);
    times.get(runs / 2).copied().unwrap_or_default()
}

/// What a run gives, and how long it takes in milliseconds.
pub(crate) fn milliseconds<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let given = run();
    (given, started.elapsed().as_secs_f64() * 1_000.0)
}
