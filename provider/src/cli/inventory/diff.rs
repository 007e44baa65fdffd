//! `portcullis inventory diff`: what changed from one snapshot to another.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use portcullis_model::{DeviceView, Snapshot};
use serde_json::{Value as Json, json};

use super::show::Trusted;
use crate::cli::{Exit, Failure};

/// Show what changed from one snapshot file to another: devices that came, went, or are not what they were.
///
/// Exit status 2 when something changed.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The earlier one.
    old: PathBuf,
    /// The later one.
    new: PathBuf,
    #[command(flatten)]
    trusted: Trusted,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What is told of a device, in the words that are shown, by name.
type Facts = BTreeMap<&'static str, String>;

impl Diff {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let (old, new) = (self.trusted.read(&self.old)?, self.trusted.read(&self.new)?);
        let (old, new) = (told(&old), told(&new));
        let gone: Vec<&String> = old.keys().filter(|key| !new.contains_key(*key)).collect();
        let came: Vec<&String> = new.keys().filter(|key| !old.contains_key(*key)).collect();
        let changed: BTreeMap<&String, Vec<(&str, &str, &str)>> = old
            .iter()
            .filter_map(|(key, before)| Some((key, changes(before, new.get(key)?))))
            .filter(|(_, changes)| !changes.is_empty())
            .collect();
        let mut out = io::stdout().lock();
        if self.json {
            let changed: BTreeMap<&String, Json> = changed
                .iter()
                .map(|(key, changes)| {
                    let change = |(what, before, after): &(&str, &str, &str)| {
                        json!({"what": what, "before": before, "after": after})
                    };
                    (*key, changes.iter().map(change).collect::<Json>())
                })
                .collect();
            let document = json!({"came": came, "gone": gone, "changed": changed});
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(out, "{text}")?;
        } else {
            for key in &gone {
                writeln!(out, "- {key}")?;
            }
            for key in &came {
                writeln!(out, "+ {key}")?;
            }
            for (key, changes) in &changed {
                let changes: Vec<String> = changes
                    .iter()
                    .map(|(what, before, after)| format!("{what} {before} -> {after}"))
                    .collect();
                writeln!(out, "~ {key}  {}", changes.join(", "))?;
            }
            writeln!(
                out,
                "\n{} gone, {} came, {} changed",
                gone.len(),
                came.len(),
                changed.len()
            )?;
        }
        let same = gone.is_empty() && came.is_empty() && changed.is_empty();
        Ok(if same { Exit::Pass } else { Exit::Violation })
    }
}

/// What a snapshot tells of each device, by key.
fn told(snapshot: &Snapshot) -> BTreeMap<String, Facts> {
    let devices = snapshot.devices();
    devices
        .map(|device| (device.key().to_string(), facts(&device)))
        .collect()
}

fn facts(device: &DeviceView<'_>) -> Facts {
    let unknown = || "?".to_owned();
    let profile = device.mig_profile();
    BTreeMap::from([
        ("model", device.model().to_string()),
        (
            "profile",
            profile.map_or_else(|| "-".to_owned(), |profile| profile.to_string()),
        ),
        (
            "memory",
            device
                .memory_mib()
                .map_or_else(unknown, |memory| format!("{memory} MiB")),
        ),
        ("health", device.health().to_string()),
        ("MIG", device.mig_mode().to_string()),
        (
            "use",
            if device.in_use() { "used" } else { "free" }.to_owned(),
        ),
        ("grade", device.grade().to_string()),
    ])
}

fn changes<'a>(before: &'a Facts, after: &'a Facts) -> Vec<(&'static str, &'a str, &'a str)> {
    before
        .iter()
        .filter_map(|(what, before)| {
            let after = after.get(what)?;
            (before != after).then_some((*what, before.as_str(), after.as_str()))
        })
        .collect()
}
