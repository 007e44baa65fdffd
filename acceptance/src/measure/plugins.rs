//! What plugins cost: a start with them beside one without, and a policy as a check beside what users use today.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use super::example;
use super::figure::{Figure, Target};
use super::paired::paired;
use super::plan::Planned;
use super::row::Bench;
use crate::process::Process;
use crate::repository;
use crate::screen::Progress;
use crate::servers::prometheus::Prometheus;
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

/// Builds the plugins as their authors do.
///
/// # Errors
/// When one cannot be built.
pub(super) fn build(progress: &Progress) -> Result<()> {
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

/// What a call costs, by the host's own example.
///
/// # Errors
/// When the example fails or no longer prints a figure.
pub(super) fn calls(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let progress = bench.progress;
    build(progress)?;
    example::build("portcullis-plugin-host", "speed", bench)?;
    progress.note("calls of a check");
    let printed = speed(&repository::target().join("plugins/gpu-budget.wasm"))?;
    let rows = [
        (
            "instantiate and first call of a check",
            "gpu-budget.instantiate_and_first_call",
            1.0,
            "us",
            15.0,
        ),
        (
            "warm call of a check, its own work included",
            "gpu-budget.warm_call",
            1.0,
            "us",
            1.0,
        ),
        (
            "a check over a plan document of 1 MB",
            "gpu-budget.run_on_a_megabyte",
            1e3,
            "ms",
            6.0,
        ),
        (
            "10,000 device records from a connector",
            "devices.list_10000",
            1e3,
            "ms",
            4.0,
        ),
    ];
    rows.into_iter()
        .map(|(what, name, divisor, unit, most)| {
            let micros = value(&printed, name)?;
            Ok(at_most(what, micros / divisor, unit, most))
        })
        .collect()
}

/// A language that plugins are written in, with its tools.
pub(super) struct Language {
    /// As `plugin new` takes it.
    word: &'static str,
    name: &'static str,
    /// Where `.ci/run` put the tools, in the cache folder.
    installed: &'static str,
    /// Where a project has them.
    link: &'static str,
}

pub(super) const JAVASCRIPT: Language = Language {
    word: "javascript",
    name: "JavaScript",
    installed: "javascript/node_modules",
    link: "node_modules",
};

pub(super) const PYTHON: Language = Language {
    word: "python",
    name: "Python",
    installed: "plugins-python",
    link: ".venv",
};

/// How long a check in that language takes from the cache, made as an author makes it.
///
/// # Errors
/// When its tools are missing or it cannot be built.
pub(super) fn language(bench: &Bench<'_>, language: &Language) -> Result<Vec<Figure>> {
    super::build(bench.progress)?;
    example::build("portcullis-plugin-host", "speed", bench)?;
    let Language {
        word,
        name,
        installed,
        link,
    } = language;
    bench.progress.note(&format!("building a check in {name}"));
    let portcullis = repository::built("release", "portcullis");
    let folder = tempfile::tempdir()?;
    let plugin = |words: &[&str]| {
        Process::new(&portcullis)
            .arg("plugin")
            .args(words)
            .dir(folder.path())
            .run()?
            .success("portcullis plugin")
    };
    plugin(&["new", word, "--language", word, "--world", "check"])?;
    let link = folder.path().join(word).join(link);
    symlink(repository::cache().join(installed), link).context("cannot link the tools")?;
    plugin(&["build", word, "--out", "."])?;
    let file = folder.path().join(word).with_extension("wasm");
    let micros = value(
        &speed(&file)?,
        &format!("{word}.engine_and_load_from_cache"),
    )?;
    let what = format!("start of a check in {name} from the cache");
    Ok(vec![at_most(&what, micros / 1e3, "ms", 10.0)])
}

/// Lines of `<name> <value> us`.
fn speed(component: &Path) -> Result<String> {
    let program = repository::built("release", "examples").join("speed");
    let printed = Process::new(&program).arg(component).stdout()?;
    Ok(String::from_utf8(printed)?)
}

fn value(printed: &str, name: &str) -> Result<f64> {
    let found = printed.lines().find_map(|line| {
        let (found, rest) = line.split_once(' ')?;
        (found == name).then(|| rest.split(' ').next()?.parse().ok())?
    });
    found.with_context(|| format!("no figure `{name}` in:\n{printed}"))
}

fn at_most(what: &str, ours: f64, unit: &str, most: f64) -> Figure {
    Figure {
        what: what.to_owned(),
        ours,
        theirs: None,
        floor: None,
        unit: unit.to_owned(),
        target: Target::AtMost(most),
        samples: 1,
    }
}

/// A plan of one identity with three plugins configured and called, less the same plan without.
///
/// # Errors
/// When a program is missing or a plan is refused.
pub(super) fn start(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    super::build(bench.progress)?;
    build(bench.progress)?;
    let times = bench.repeats.long;
    bench
        .progress
        .note("a plan with three plugins beside one with none");
    let (terraform, provider) = (Terraform::installed()?, Provider::built("release")?);
    let server = Prometheus::start(repository::root().join("acceptance/cases/prometheus/metrics"))?;
    let with = Planned::new(
        &terraform,
        &provider,
        &configuration(&with_plugins(&server.url())),
    )?;
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
    let pair = paired(times, || with.wall(), || without.wall())?;
    Ok(vec![Figure {
        what: "`terraform plan` with three plugins loaded from the cache and called, more than with none".to_owned(),
        ours: pair.ours - pair.theirs,
        theirs: None,
        floor: None,
        unit: "ms".to_owned(),
        target: Target::AtMost(10.0),
        samples: times,
    }])
}

fn with_plugins(url: &str) -> String {
    WITH.replace("{url}", url)
}

const WITH: &str = r#"
  inventory {
    on_unavailable = "warn"
  }

  connector "cluster" {
    plugin = "prometheus"
    config = { url = "{url}" }

    allow {
      hosts = ["{url}"]
    }
  }

  check "budget" {
    plugin = "gpu-budget"
    config = { "team:risk-ml" = { production = 4 } }
  }

  check "replicas" {
    plugin = "plugin-name"
    config = { replicas_max = 64 }
  }
"#;

fn configuration(plugins: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    portcullis = {{\n      source = \"portcullis/portcullis\"\n    }}\n  }}\n}}\n\n\
         provider \"portcullis\" {{\n  trust_domain = \"acme.example\"\n{plugins}}}\n{IDENTITY}"
    )
}
