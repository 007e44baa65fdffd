//! How long a run takes to start from the snapshot that an earlier one left, for a million devices with UUIDs on nodes of eight,
//! beside reading the file and nothing else; prints JSON.
//!
//! `cargo run --release --package portcullis-inventory --example snapshot_cache`, and after it another number of devices.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use portcullis_inventory::{Cached, SnapshotCache};
use portcullis_model::{
    Device, DeviceId, Grade, Health, MigMode, Name, NodeName, Site, Snapshot, SnapshotBuilder,
    SourceReport, Supply,
};

const RUNS: usize = 21;

fn main() -> Result<(), Box<dyn Error>> {
    let devices = match std::env::args().nth(1) {
        Some(count) => count.parse()?,
        None => 1_000_000,
    };
    let now = Timestamp::now();
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("snapshot");
    let cache = SnapshotCache::new(path.clone(), [7; 32], SignedDuration::from_mins(5));
    let snapshot = snapshot(devices, now)?;
    let started = Instant::now();
    cache.write(&snapshot)?;
    let write_ms = milliseconds(started);
    let digest = snapshot.digest();
    drop(snapshot);
    let read = median(|| Ok(cache.read(now)))?;
    let floor = median(|| Ok(black_box(std::fs::read(&path)?)))?;
    let Cached::Young(again) = cache.read(now) else {
        return Err("what was written is not read".into());
    };
    println!(
        "{}",
        serde_json::json!({
            "devices": devices,
            "same": again.digest() == digest,
            "file_bytes": std::fs::metadata(&path)?.len(),
            "write_ms": write_ms,
            "start_ms": read,
            "read_the_file_ms": floor,
        })
    );
    Ok(())
}

/// The median time until an answer is there; how long it takes to be thrown away does not count.
fn median<T>(mut run: impl FnMut() -> Result<T, Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let started = Instant::now();
        let answer = run()?;
        times.push(milliseconds(started));
        drop(answer);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(RUNS / 2).copied().unwrap_or_default())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// Nodes of eight, one device in sixteen in use.
fn snapshot(devices: u32, now: Timestamp) -> Result<Snapshot, Box<dyn Error>> {
    let mut all = Vec::with_capacity(devices as usize);
    for number in 0..devices {
        let node: NodeName = format!("node-{:06}", number / 8).parse()?;
        let mut uuid = [0x40; 16];
        for (byte, part) in uuid
            .iter_mut()
            .zip(number.wrapping_mul(0x9e37_79b1).to_be_bytes())
        {
            *byte = part;
        }
        all.push(Device {
            node,
            id: DeviceId::Uuid(uuid),
            model: "H200".parse()?,
            mig_profile: None,
            memory_mib: Some(143_771),
            grade: Grade::Counted,
            health: Health::Healthy,
            mig_mode: MigMode::Disabled,
            in_use: number % 16 == 0,
            holder: None,
            part_of: None,
            site: Site::default(),
            fabric: None,
            observed_at: now,
        });
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
    let name: Name = "cluster".parse()?;
    Ok(SnapshotBuilder::default().report(name, report).build())
}
