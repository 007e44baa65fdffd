//! How long loading a fleet file takes, from disk to snapshot; prints JSON.
//!
//! `cargo run --release --package portcullis-inventory --example fleet_load`, and after it the file
//! and its columns, such as `nodes.csv node=sn gpus=gpu model=model`. Without a file it writes one of
//! 1,523 nodes and 6,212 devices, the size of a real cluster.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use portcullis_inventory::{ColumnMapping, FleetFile};
use portcullis_model::{Name, Snapshot, SnapshotBuilder};

const RUNS: usize = 31;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = tempfile::tempdir()?;
    let path = match arguments.next() {
        Some(path) => path.into(),
        None => written(folder.path())?,
    };
    let pairs: Vec<String> = arguments.collect();
    let mapping = ColumnMapping::declared(pairs.iter().filter_map(|pair| pair.split_once('=')))?;
    let name: Name = "file".parse()?;
    let file = FleetFile::new(name.clone(), path, mapping);
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

/// A file as large as a real cluster's: three in four of the nodes have devices.
fn written(folder: &Path) -> std::io::Result<PathBuf> {
    const MODELS: [&str; 7] = ["A10", "G2", "G3", "P100", "T4", "V100M16", "V100M32"];
    let mut text = "node,gpus,model\n".to_owned();
    for (node, model) in (0..1_523).zip(MODELS.iter().cycle()) {
        let gpus = match node {
            0..310 => 0,
            310..1_457 => 5,
            1_457..1_522 => 7,
            _ => 22,
        };
        text.push_str(&format!("cluster-node-{node:04},{gpus},{model}\n"));
    }
    let path = folder.join("fleet.csv");
    std::fs::write(&path, text)?;
    Ok(path)
}
