//! How long asking ten sources takes beside the slowest of them; prints JSON.
//!
//! `cargo run --release --package portcullis-inventory --example ten_sources`
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use portcullis_inventory::Inventory;
use portcullis_model::{DeviceSource, Fetch, Grade, Name, SourceReport, Supply};

/// Milliseconds that each takes, the slowest neither first nor last.
const TAKES: [u64; 10] = [30, 70, 10, 100, 50, 90, 20, 80, 40, 60];

/// Has nothing, and says so after a while.
#[derive(Debug)]
struct Slow(Name, Duration);

impl DeviceSource for Slow {
    fn name(&self) -> &Name {
        &self.0
    }

    fn grade(&self) -> Grade {
        Grade::Counted
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        Box::pin(async move {
            tokio::time::sleep(self.1).await;
            Ok(SourceReport {
                grade: Grade::Counted,
                observed_at: now,
                partial: None,
                nodes: Vec::new(),
                rooms: Vec::new(),
                devices: Vec::new(),
                supply: Supply::default(),
            })
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut inventory = Inventory::default();
    for (number, takes) in TAKES.into_iter().enumerate() {
        let source = Slow(format!("s{number}").parse()?, Duration::from_millis(takes));
        inventory = inventory.with(Arc::new(source), Duration::from_secs(10));
    }
    let started = Instant::now();
    let snapshot = inventory.snapshot(Timestamp::now()).await;
    let wall = started.elapsed();
    println!(
        "{}",
        serde_json::json!({
            "sources": snapshot.sources().len(),
            "wall_ms": wall.as_secs_f64() * 1_000.0,
            "slowest_ms": TAKES.into_iter().max(),
        })
    );
    Ok(())
}
