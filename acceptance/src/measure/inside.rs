//! Figures that need no Terraform: measured inside the crates, by their own examples, which print JSON.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::figure::{Figure, Target};
use super::paired::median;
use crate::process::Process;
use crate::repository;
use crate::screen::Progress;

/// One number of an example's output.
struct Row {
    what: &'static str,
    ours: &'static str,
    /// What ours is held against, where the target is a ratio.
    theirs: Option<&'static str>,
    unit: &'static str,
    target: Target,
}

/// An example of a crate, run in release.
struct Example {
    package: &'static str,
    name: &'static str,
    rows: &'static [Row],
}

const EXAMPLES: &[Example] = &[
    Example {
        package: "portcullis-capacity",
        name: "verdict",
        rows: &[
            Row {
                what: "one verdict over 100,000 devices",
                ours: "verdict_ms",
                theirs: None,
                unit: "ms",
                target: Target::AtMost(1.0),
            },
            Row {
                what: "counting 100,000 devices and one verdict",
                ours: "count_and_verdict_ms",
                theirs: None,
                unit: "ms",
                target: Target::AtMost(1.0),
            },
            Row {
                what: "1,000 pools in one plan, beside 500",
                ours: "pools_1000_ms",
                theirs: Some("pools_500_ms"),
                unit: "ms",
                target: Target::RatioAtMost(2.5),
            },
        ],
    },
    Example {
        package: "portcullis-capacity",
        name: "million",
        rows: &[
            Row {
                what: "memory of a device among 1,000,000",
                ours: "bytes_per_device",
                theirs: None,
                unit: "B",
                target: Target::AtMost(64.0),
            },
            Row {
                what: "counting 1,000,000 devices, beside a plain pass over as many bytes",
                ours: "count_ms",
                theirs: Some("floor_ms"),
                unit: "ms",
                target: Target::AtMost(100.0),
            },
            Row {
                what: "one verdict over 1,000,000 devices, beside a plain pass over as many bytes",
                ours: "verdict_ms",
                theirs: Some("floor_ms"),
                unit: "ms",
                target: Target::AtMost(3.0),
            },
            Row {
                what: "1,000 pools planned one by one over 1,000,000 devices",
                ours: "pools_1000_one_by_one_ms",
                theirs: None,
                unit: "ms",
                target: Target::AtMost(100.0),
            },
            Row {
                what: "10,000 of 1,000,000 devices change hands, beside a plain pass over all bytes",
                ours: "update_one_percent_ms",
                theirs: Some("floor_ms"),
                unit: "ms",
                target: Target::AtMost(3.0),
            },
        ],
    },
    Example {
        package: "portcullis-access",
        name: "paths",
        rows: &[
            Row {
                what: "deriving what follows from 1,000,000 stated edges of access",
                ours: "derive_ms",
                theirs: None,
                unit: "ms",
                target: Target::AtMost(2_000.0),
            },
            Row {
                what: "one split over them, its paths and cuts named",
                ours: "crossed_split_ms",
                theirs: None,
                unit: "ms",
                target: Target::AtMost(50.0),
            },
            Row {
                what: "one split of 10,000 subjects over them",
                ours: "split_of_10000_subjects_ms",
                theirs: None,
                unit: "ms",
                target: Target::AtMost(200.0),
            },
            Row {
                what: "one split over them after ten memberships changed",
                ours: "ten_memberships_changed_ms",
                theirs: None,
                unit: "ms",
                target: Target::AtMost(50.0),
            },
            Row {
                what: "peak memory with the facts and what follows from them",
                ours: "peak_mib",
                theirs: None,
                unit: "MiB",
                target: Target::AtMost(1_024.0),
            },
        ],
    },
    Example {
        package: "portcullis-inventory",
        name: "fleet_load",
        rows: &[Row {
            what: "loading a fleet file of 1,523 nodes",
            ours: "load_ms",
            theirs: None,
            unit: "ms",
            target: Target::AtMost(20.0),
        }],
    },
    Example {
        package: "portcullis-ledger",
        name: "commits",
        rows: &[
            Row {
                what: "ledger commits, 64 clients, beside a bare SQLite loop",
                ours: "ledger_commits_per_second_64_clients",
                theirs: Some("bare_sqlite_commits_per_second"),
                unit: "/s",
                target: Target::AtLeastOrAsTheirs(1000.0),
            },
            Row {
                what: "ledger commits, 1 client, beside a bare SQLite loop",
                ours: "ledger_commits_per_second_1_client",
                theirs: Some("bare_sqlite_commits_per_second"),
                unit: "/s",
                target: Target::AtLeastOrAsTheirs(1000.0),
            },
        ],
    },
];

/// Runs each example `times` times and takes medians.
///
/// # Errors
/// When an example fails or no longer prints a figure.
pub(super) fn figures(times: usize, progress: &Progress) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for example in EXAMPLES {
        build(example, progress)?;
        progress.note(example.name);
        let runs = (0..times)
            .map(|_| run(example))
            .collect::<Result<Vec<Value>>>()?;
        for row in example.rows {
            figures.push(figure(example, row, &runs)?);
        }
    }
    Ok(figures)
}

fn build(example: &Example, progress: &Progress) -> Result<()> {
    Process::new("cargo")
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            example.package,
        ])
        .args(["--example", example.name])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build --release --example")
        .map(|_| ())
}

/// The examples write beside their working directory, so that the disk measured is the one built on.
fn run(example: &Example) -> Result<Value> {
    let program = repository::built("release", "examples").join(example.name);
    let printed = Process::new(&program)
        .dir(Path::new(&repository::target()))
        .stdout()?;
    serde_json::from_slice(&printed)
        .with_context(|| format!("the example `{}` printed no JSON", example.name))
}

fn figure(example: &Example, row: &Row, runs: &[Value]) -> Result<Figure> {
    let middle = |name: &str| -> Result<f64> {
        let found = runs.iter().map(|run| run.get(name).and_then(Value::as_f64));
        let mut found: Vec<f64> = found
            .collect::<Option<_>>()
            .with_context(|| format!("the example `{}` prints no `{name}`", example.name))?;
        Ok(median(&mut found))
    };
    Ok(Figure {
        what: row.what.to_owned(),
        ours: middle(row.ours)?,
        theirs: row.theirs.map(middle).transpose()?,
        unit: row.unit.to_owned(),
        target: row.target,
        samples: runs.len(),
    })
}
