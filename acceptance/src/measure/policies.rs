//! One policy, one plan, three programs: what users wait for when a plan is judged by owner and budget.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::figure::{Figure, Target};
use super::paired::{Medians, paired};
use super::row::Bench;
use crate::process::Process;
use crate::repository;
use crate::screen::Progress;
use crate::terraform::Terraform;
use crate::workspace::{Provider, Workspace};

/// Pools of the plan; each of a hundred owners has the same number.
const POOLS: usize = 1000;
const OWNERS: usize = 100;
/// GPUs that an owner may plan. The policies under acceptance/policies say the same.
const BUDGET: u64 = 12;
/// name==version, from PyPI. Open Policy Agent itself is in no package registry; regopy is rego-cpp.
const WHEELS: [&str; 2] = ["checkov==3.3.30", "regopy==1.5.2"];

/// A plan of many pools, as Terraform prints it and as checks are shown it.
struct Plan {
    workspace: Workspace,
    printed: PathBuf,
    document: PathBuf,
}

/// Ours beside checkov.
///
/// # Errors
/// When one of the programs is missing, or they do not come to the same verdict.
pub(super) fn beside_checkov(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let (plan, python) = ready(bench)?;
    let (ours, theirs) = (plan.over_budget_ours()?, plan.over_budget_checkov(&python)?);
    ensure!(
        ours == theirs,
        "checkov finds {theirs:?} over budget, ours finds {ours:?}"
    );
    let times = bench.repeats.long;
    let pair = paired(
        times,
        || timed(|| plan.ours()),
        || timed(|| plan.checkov(&python)),
    )?;
    Ok(vec![figure("beside checkov 3.3.30", pair, times)])
}

/// Ours beside a Rego engine.
///
/// # Errors
/// When one of the programs is missing, or they do not come to the same verdict.
pub(super) fn beside_rego(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let (plan, python) = ready(bench)?;
    let (owners, count) = (plan.over_budget_ours()?.len(), plan.rego(&python)?);
    ensure!(
        count == owners * POOLS / OWNERS,
        "Rego finds {count} pools over budget, ours finds those of {owners} owners"
    );
    let times = bench.repeats.long;
    let pair = paired(
        times,
        || timed(|| plan.ours()),
        || timed(|| plan.rego(&python)),
    )?;
    Ok(vec![figure("beside rego-cpp 1.5.2", pair, times)])
}

/// A plan with owners over budget, and the Python that judges it beside us.
fn ready(bench: &Bench<'_>) -> Result<(Plan, PathBuf)> {
    super::build(bench.progress)?;
    super::plugins::build(bench.progress)?;
    let python = python(bench.progress)?;
    bench.progress.note(&format!("planning {POOLS} pools"));
    let plan = Plan::new()?;
    ensure!(
        !plan.over_budget_ours()?.is_empty(),
        "no owner is over budget: nothing to compare"
    );
    Ok((plan, python))
}

fn figure(beside: &str, pair: Medians, samples: usize) -> Figure {
    Figure {
        what: format!("owner and budget over a plan of {POOLS} pools, whole process, {beside}"),
        ours: pair.ours,
        theirs: Some(pair.theirs),
        floor: None,
        unit: "ms".to_owned(),
        target: Target::RatioAtMost(1.0),
        samples,
    }
}

fn timed<T>(run: impl FnOnce() -> Result<T>) -> Result<f64> {
    let started = Instant::now();
    run()?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}

/// The Python that has the other two, installed into the cache folder when it is not there.
fn python(progress: &Progress) -> Result<PathBuf> {
    let folder = repository::cache().join("policies");
    let python = folder.join("bin/python");
    let stamp = folder.join("wheels");
    let wanted = WHEELS.join(" ");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    progress.note("installing checkov and regopy from PyPI");
    Process::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder)
        .run()?
        .success("python3 -m venv")?;
    Process::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(WHEELS)
        .watched(|line| progress.note(line))?
        .success("pip install")?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

impl Plan {
    fn new() -> Result<Self> {
        let provider = Provider::built("release")?;
        let workspace = Workspace::new(&Terraform::installed()?, Some(&provider))?;
        let dir = workspace.dir();
        fs::write(dir.join("main.tf"), configuration())?;
        fs::write(dir.join("fleet.csv"), fleet())?;
        let plugin = repository::target().join("plugins/gpu-budget.wasm");
        fs::copy(&plugin, dir.join("gpu-budget.wasm"))
            .with_context(|| format!("{} is not built", plugin.display()))?;
        workspace
            .process(&repository::built("release", "portcullis"))
            .args(["plugin", "lock", "gpu-budget.wasm"])
            .run()?
            .success("portcullis plugin lock")?;
        workspace
            .terraform(&["plan", "-input=false", "-out=plan"])?
            .success("terraform plan")?;
        let printed = workspace.json(&["show", "-json", "plan"])?;
        let (file, document) = (dir.join("plan.json"), dir.join("document.json"));
        fs::write(&file, printed.to_string())?;
        fs::write(&document, plan_document(&printed).to_string())?;
        Ok(Self {
            workspace,
            printed: file,
            document,
        })
    }

    fn ours(&self) -> Result<Vec<u8>> {
        let budgets: serde_json::Map<String, Value> = (0..OWNERS)
            .map(|owner| (team(owner), json!({"": BUDGET})))
            .collect();
        // Exit code 2: the check finds errors.
        self.workspace
            .process(&repository::built("release", "portcullis"))
            .args(["plugin", "run", "gpu-budget", "--json", "--plan"])
            .arg(&self.document)
            .arg("--config")
            .arg(Value::Object(budgets).to_string())
            .answer(&[2])
    }

    /// Owners over budget.
    fn over_budget_ours(&self) -> Result<BTreeSet<String>> {
        let printed: Value = serde_json::from_slice(&self.ours()?)?;
        let findings = printed.get("findings").unwrap_or(&printed);
        let owners = findings
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|finding| {
                let detail = finding.get("detail")?.as_str()?;
                detail.split('`').nth(1).map(str::to_owned)
            });
        Ok(owners.collect())
    }

    fn checkov(&self, python: &Path) -> Result<Value> {
        let printed = Process::new(python.with_file_name("checkov"))
            .args(["--framework", "terraform_plan", "--compact", "--quiet"])
            .args([
                "--output",
                "json",
                "--check",
                "CKV_PORTCULLIS_1",
                "--skip-download",
            ])
            .arg("--external-checks-dir")
            .arg(repository::root().join("acceptance/policies/checkov"))
            .arg("--file")
            .arg(&self.printed)
            .answer(&[1])?;
        serde_json::from_slice(&printed).context("checkov printed no JSON")
    }

    /// Owners over budget. checkov shows a policy one resource at a time, so that only the pools from which on an owner is
    /// over budget fail; the owners are the same.
    fn over_budget_checkov(&self, python: &Path) -> Result<BTreeSet<String>> {
        let printed = self.checkov(python)?;
        let failed = printed.pointer("/results/failed_checks");
        let owners = failed.and_then(Value::as_array).into_iter().flatten();
        Ok(owners
            .filter_map(|check| {
                let address = check.get("resource")?.as_str()?;
                let number: usize = address.rsplit_once('p')?.1.parse().ok()?;
                Some(team(number % OWNERS))
            })
            .collect())
    }

    /// How many pools Rego finds over budget.
    fn rego(&self, python: &Path) -> Result<usize> {
        let printed = Process::new(python)
            .arg(repository::root().join("acceptance/policies/rego/run.py"))
            .arg(&self.printed)
            .stdout()?;
        String::from_utf8(printed)?
            .trim()
            .parse()
            .context("regopy printed no number")
    }
}

fn team(owner: usize) -> String {
    format!("team:t{owner}")
}

fn configuration() -> String {
    let mut hcl = String::from(
        "terraform {\n  required_providers {\n    portcullis = {\n      source = \"portcullis/portcullis\"\n    }\n  }\n}\n\n\
         provider \"portcullis\" {\n  trust_domain = \"acme.example\"\n\n  connector \"fleet\" {\n    plugin = \"fleet\"\n    \
         config = { path = \"fleet.csv\" }\n  }\n}\n",
    );
    for pool in 0..POOLS {
        // Writing to a string does not fail.
        let _ = write!(
            hcl,
            "\nresource \"portcullis_gpu_pool\" \"p{pool}\" {{\n  name  = \"p{pool}\"\n  owner = \"{}\"\n\n  gpu {{\n    \
             models           = [\"H200\"]\n    replicas         = 1\n    gpus_per_replica = {}\n  }}\n}}\n",
            team(pool % OWNERS),
            // Nine owners are over budget: their ninety pools are as many findings as a check is listened to.
            if (pool % OWNERS).is_multiple_of(12) {
                2
            } else {
                1
            },
        );
    }
    hcl
}

/// Nodes enough for every pool.
fn fleet() -> String {
    let nodes = (0..POOLS).map(|node| format!("gpu-{node},8,NVIDIA H200,143771,0\n"));
    format!(
        "node,gpus,model,memory_mib,used\n{}",
        nodes.collect::<String>()
    )
}

/// The plan document (sdk/plan-document.md) of a plan that only creates.
fn plan_document(printed: &Value) -> Value {
    let changes = printed.get("resource_changes").and_then(Value::as_array);
    let resources: Vec<Value> = changes
        .into_iter()
        .flatten()
        .map(|change| {
            json!({
                "address": change.get("address"),
                "type": change.get("type"),
                "change": "create",
                "prior": null,
                "planned": change.pointer("/change/after"),
            })
        })
        .collect();
    json!({"schema": 1, "resources": resources})
}
