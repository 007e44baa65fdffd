//! How long a verdict takes over 100,000 devices, and 1,000 pools in one plan; prints JSON.
//!
//! `cargo run --release --package portcullis-capacity --example verdict`, and after it another number
//! of devices.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

mod made_up;

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use made_up::{demand, median, milliseconds, pools, snapshot};
use portcullis_capacity::{Fleet, Reservations, fits};

const DEVICES: u32 = 100_000;
const RUNS: usize = 31;

fn main() -> Result<(), Box<dyn Error>> {
    let devices = std::env::args()
        .nth(1)
        .map_or(Ok(DEVICES), |devices| devices.parse())?;
    let (snapshot, build_ms) = milliseconds(|| snapshot(devices));
    let snapshot = Arc::new(snapshot?);
    let (digest, digest_ms) = milliseconds(|| snapshot.digest());

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
            "fleet_count_ms": median(RUNS, || drop(black_box(Fleet::new(&snapshot, &none)))),
            "fleet_count_10000_reservations_ms":
                median(RUNS, || drop(black_box(Fleet::new(&snapshot, &reservations)))),
            "verdict_ms": median(RUNS, || assert!(fits(&fleet, &one).witness().is_some())),
            "count_and_verdict_ms":
                median(RUNS, || assert!(fits(&Fleet::new(&snapshot, &none), &one).witness().is_some())),
            "pools_500_ms": median(RUNS, || assert!(fits(&fleet, &half).witness().is_some())),
            "pools_1000_ms": median(RUNS, || assert!(fits(&fleet, &all).witness().is_some())),
        })
    );
    Ok(())
}
