//! What plugins cost: a start with them beside one without, and a policy as a check beside what users use today.

use std::fs;

use anyhow::{Context, Result};

use super::figure::{Figure, Target};
use super::paired::paired;
use super::plan::Planned;
use super::{Repeats, policies};
use crate::process::Process;
use crate::repository;
use crate::screen::Progress;
use crate::terraform::Terraform;
use crate::workspace::Provider;

/// A check, a connector, and a check that is nearly nothing.
const PLUGINS: [(&str, &str); 3] = [
    ("gpu-budget-check", "gpu-budget"),
    ("prometheus-connector", "prometheus"),
    ("plugin-name-check", "plugin-name"),
];

const IDENTITY: &str = r#"
resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"

  subject {
    connector       = "cluster"
    namespace       = "infer"
    service_account = "fraud-runtime"
  }

  credentials {
    max_ttl   = "15m"
    audiences = ["bao"]
  }
}
"#;

/// All figures about plugins.
///
/// # Errors
/// When a plugin cannot be built or a program does not do what it is measured for.
pub(super) fn figures(repeats: Repeats, progress: &Progress) -> Result<Vec<Figure>> {
    build(progress)?;
    let mut figures = vec![start(repeats, progress)?];
    figures.extend(policies::figures(repeats.long, progress)?);
    Ok(figures)
}

fn build(progress: &Progress) -> Result<()> {
    let packages = PLUGINS
        .iter()
        .flat_map(|(package, _)| ["--package", package]);
    Process::new("cargo")
        .args([
            "run",
            "--locked",
            "--quiet",
            "--package",
            "portcullis-componentize",
            "--",
        ])
        .args(packages)
        .arg("--out")
        .arg(repository::target().join("plugins"))
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("building the plugins")
        .map(|_| ())
}

/// A plan of one identity with three plugins configured and called, less the same plan without.
fn start(repeats: Repeats, progress: &Progress) -> Result<Figure> {
    progress.note("a plan with three plugins beside one with none");
    let (terraform, provider) = (Terraform::installed()?, Provider::built("release")?);
    let with = Planned::new(&terraform, &provider, &configuration(WITH))?;
    let without = Planned::new(&terraform, &provider, &configuration(""))?;
    for (_, name) in PLUGINS {
        let file = format!("{name}.wasm");
        let built = repository::target().join("plugins").join(&file);
        fs::copy(&built, with.dir().join(&file))
            .with_context(|| format!("{} is not built", built.display()))?;
        with.run(
            &repository::built("release", "portcullis"),
            &["plugin", "lock", &file],
        )?;
    }
    let pair = paired(repeats.long, || with.wall(), || without.wall())?;
    Ok(Figure {
        what: "`terraform plan` with three plugins loaded from the cache and called, more than with none".to_owned(),
        ours: pair.ours - pair.theirs,
        theirs: None,
        unit: "ms".to_owned(),
        target: Target::AtMost(10.0),
        samples: repeats.long,
    })
}

const WITH: &str = r#"
  inventory {
    on_unavailable = "warn"
  }

  connector "cluster" {
    plugin = "prometheus"
    config = { url = "http://127.0.0.1:9" }

    allow {
      hosts = ["http://127.0.0.1:9"]
    }
  }

  check "budget" {
    plugin = "gpu-budget"
    config = { "team:risk-ml" = { production = 4 } }
  }

  check "owner" {
    plugin = "plugin-name"
  }
"#;

fn configuration(plugins: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    portcullis = {{\n      source = \"portcullis/portcullis\"\n    }}\n  }}\n}}\n\n\
         provider \"portcullis\" {{\n  trust_domain = \"acme.example\"\n{plugins}}}\n{IDENTITY}"
    )
}
