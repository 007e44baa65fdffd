//! Writes `tests/exchanges.json` anew, from a Prometheus at `PROMETHEUS_URL` that scrapes
//! `acceptance/cases/prometheus/metrics`.

use std::error::Error;
use std::path::Path;

use portcullis_testkit::conform::Suite;
use portcullis_testkit::{Component, write_exchanges};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("PROMETHEUS_URL")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let component = Component::build(env!("CARGO_PKG_NAME"), folder)?;
    let suite: Suite = format!(
        "[platform]\nurl = \"{url}\"\n[config]\nurl = \"{{platform}}\"\ncluster = \"gpu-prod\"\n[inventory]\ndevices = 8\n"
    )
    .parse()?;
    let exchanges = suite.record(&component)?;
    write_exchanges(&folder.join("tests/exchanges.json"), &exchanges)?;
    Ok(())
}
