//! `portcullis inventory` alone: the GPUs as they are now.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use portcullis_model::{Snapshot, SourceState, SourceStatus};
use serde_json::{Value as Json, json};

use crate::cli::ledger::table;
use crate::cli::sources::Sources;
use crate::cli::{Exit, Failure};
use crate::count::{ModelCounts, is_free, named};

/// The GPUs as they are now.
#[derive(Debug, Args)]
pub(super) struct Live {
    #[command(flatten)]
    sources: Sources,
    /// Print JSON: every device, and what became of asking each source.
    #[arg(long)]
    json: bool,
}

impl Live {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let snapshot = self.sources.snapshot()?;
        write(&snapshot, self.json)?;
        Ok(exit(&snapshot))
    }
}

/// Prints a snapshot.
pub(super) fn write(snapshot: &Snapshot, json: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if json {
        let text = serde_json::to_string_pretty(&document(snapshot)).map_err(io::Error::from)?;
        writeln!(out, "{text}")?;
    } else {
        print(&mut out, snapshot)?;
    }
    Ok(())
}

/// Whether every source told everything.
pub(super) fn exit(snapshot: &Snapshot) -> Exit {
    let complete = |source: &SourceState| matches!(source.status, SourceStatus::Complete);
    match snapshot.sources().iter().all(complete) {
        true => Exit::Pass,
        false => Exit::Unknown,
    }
}

fn print(out: &mut impl Write, snapshot: &Snapshot) -> io::Result<()> {
    let mut counts: BTreeMap<(String, String), ModelCounts> = BTreeMap::new();
    for device in snapshot.devices() {
        let key = (device.source().name.to_string(), named(&device));
        counts
            .entry(key)
            .or_default()
            .add(&device, is_free(&device));
    }
    let mut models = table(&[
        "SOURCE",
        "MODEL",
        "NODES",
        "GPUS",
        "FREE",
        "MOST FREE IN A NODE",
    ]);
    for ((source, model), count) in &counts {
        let (nodes, largest) = (count.nodes(), count.largest_gang());
        models.add_row([
            source.clone(),
            model.clone(),
            nodes.to_string(),
            count.total.to_string(),
            count.free.to_string(),
            largest.to_string(),
        ]);
    }
    writeln!(out, "{}\n", models.trim_fmt())?;
    print_sources(out, snapshot)
}

/// What became of asking each source.
pub(super) fn print_sources(out: &mut impl Write, snapshot: &Snapshot) -> io::Result<()> {
    let mut sources = table(&["SOURCE", "STATUS", "GRADE", "OBSERVED"]);
    for source in snapshot.sources() {
        sources.add_row([
            source.name.to_string(),
            source.status.as_str().to_owned(),
            source.grade.to_string(),
            source.observed_at.strftime("%F %T UTC").to_string(),
        ]);
    }
    writeln!(out, "{}", sources.trim_fmt())?;
    for source in snapshot.sources() {
        if let SourceStatus::Partial(reason) | SourceStatus::Unavailable(reason) = &source.status {
            writeln!(
                out,
                "\n{}: {}\n\n{}",
                source.name,
                reason.summary,
                reason.detail()
            )?;
        }
    }
    Ok(())
}

fn document(snapshot: &Snapshot) -> Json {
    let devices = snapshot.devices().map(|device| {
        json!({
            "key": device.key().to_string(),
            "source": device.source().name.to_string(),
            "node": device.node().to_string(),
            "id": device.id().to_string(),
            "model": device.model().to_string(),
            "mig_profile": device.mig_profile(),
            "memory_mib": device.memory_mib(),
            "grade": device.grade().as_str(),
            "health": device.health().as_str(),
            "mig_mode": device.mig_mode().as_str(),
            "in_use": device.in_use(),
            "observed_at": device.observed_at().to_string(),
        })
    });
    json!({
        "digest": snapshot.digest(),
        "sources": source_documents(snapshot),
        "devices": devices.collect::<Vec<_>>(),
    })
}

/// What became of asking each source, as JSON.
pub(super) fn source_documents(snapshot: &Snapshot) -> Vec<Json> {
    let sources = snapshot.sources().iter().map(|source| {
        let reason = match &source.status {
            SourceStatus::Partial(reason) | SourceStatus::Unavailable(reason) => Some(reason),
            SourceStatus::Complete | SourceStatus::Stale { .. } => None,
        };
        json!({
            "name": source.name.to_string(),
            "status": source.status.as_str(),
            "grade": source.grade.as_str(),
            "observed_at": source.observed_at.to_string(),
            "reason": reason,
        })
    });
    sources.collect()
}
