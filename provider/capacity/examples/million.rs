//! What a fleet of 1,000,000 devices costs, beside plain passes over as many bytes; prints JSON.
//!
//! `cargo run --release --package portcullis-capacity --example million`, and after it another number of devices. All
//! times are medians in milliseconds. `floor_ms` is one pass over as many bytes as the snapshot has;
//! `update_one_percent_floor_ms` reads and writes one word in one of a hundred of its devices, all over memory, as an
//! update of them must.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

mod made_up;

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use made_up::{demand, median, milliseconds, pools, snapshot};
use portcullis_capacity::{Demand, Fleet, Reservations, fits};
use portcullis_model::DeviceKey;

const DEVICES: u32 = 1_000_000;
const RUNS: usize = 11;

fn main() -> Result<(), Box<dyn Error>> {
    let devices = std::env::args()
        .nth(1)
        .map_or(Ok(DEVICES), |devices| devices.parse())?;
    let (snapshot, build_ms) = milliseconds(|| snapshot(devices));
    let snapshot = Arc::new(snapshot?);
    let bytes = snapshot.size_bytes();
    let none = Reservations::new();
    let count_ms = median(RUNS, || drop(black_box(Fleet::new(&snapshot, &none))));

    let mut fleet = Fleet::new(&snapshot, &none);
    let one = [demand("one", 0, 500, 4)?];
    let verdict_ms = median(RUNS, || assert!(fits(&fleet, &one).witness().is_some()));
    let pools = pools(1_000)?;
    let together_ms = median(RUNS, || assert!(fits(&fleet, &pools).witness().is_some()));
    let one_by_one_ms = median(3, || plan(&fleet, &pools));

    // One in a hundred devices changes hands, under keys that share no memory with the snapshot, as a ledger has them.
    let some: Vec<DeviceKey> = snapshot
        .devices()
        .step_by(100)
        .map(|device| device.key().to_string().parse())
        .collect::<Result<_, _>>()?;
    let positions_ms = median(RUNS, || drop(black_box(snapshot.positions(&some))));
    fleet.take(&some, "another pool");
    let update_ms = median(RUNS, || {
        fleet.release(&some);
        fleet.take(&some, "another pool");
    }) / 2.0;
    println!(
        "{}",
        serde_json::json!({
            "devices": devices,
            "bytes_per_device": bytes / devices as usize,
            "build_ms": build_ms,
            "floor_ms": floor(bytes),
            "count_ms": count_ms,
            "verdict_ms": verdict_ms,
            "pools_1000_together_ms": together_ms,
            "pools_1000_one_by_one_ms": one_by_one_ms,
            "update_one_percent_ms": update_ms,
            "update_one_percent_floor_ms": update_floor(bytes, devices as usize),
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
    median(RUNS, || {
        black_box(
            plain
                .iter()
                .fold(0_u64, |sum, word| sum.wrapping_add(*word)),
        );
    })
}

/// One word read and written for each device of a hundred: the least that changing them can take.
fn update_floor(bytes: usize, devices: usize) -> f64 {
    let mut plain: Vec<u64> = (0..bytes as u64 / 8).collect();
    let step = 100 * (plain.len() / devices.max(1)).max(1);
    median(RUNS, || {
        for word in plain.iter_mut().step_by(step) {
            *word = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        black_box(&plain);
    })
}
