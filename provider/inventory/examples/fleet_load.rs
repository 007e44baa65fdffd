//! How long loading a fleet file takes, from disk to snapshot; prints JSON.
//!
//! `cargo run --release --package portcullis-inventory --example fleet_load -- FILE [COLUMN=HEADING]...`
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::error::Error;
use std::time::Instant;

use jiff::Timestamp;
use portcullis_inventory::{ColumnMapping, FleetFile};
use portcullis_model::{Name, Snapshot, SnapshotBuilder};

const RUNS: usize = 31;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name a fleet file")?;
    let pairs: Vec<String> = arguments.collect();
    let mapping = ColumnMapping::declared(pairs.iter().filter_map(|pair| pair.split_once('=')))?;
    let name: Name = "file".parse()?;
    let file = FleetFile::new(name.clone(), path.into(), mapping);
    let load = || -> Result<Snapshot, Box<dyn Error>> {
        let report = file.read(Timestamp::MAX)?;
        Ok(SnapshotBuilder::default()
            .report(name.clone(), report)
            .build())
    };
    let snapshot = load()?;
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let started = Instant::now();
        load()?;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{}",
        serde_json::json!({
            "nodes": snapshot.node_count(),
            "devices": snapshot.devices().len(),
            "digest": snapshot.digest(),
            "load_ms": times.get(RUNS / 2),
        })
    );
    Ok(())
}
