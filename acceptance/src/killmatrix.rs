//! Killing the provider at every point of every phase: whatever is cut off, the next apply converges.
//!
//! `acceptance/kills/kills.toml` lists the points and the phases. For each pair the phase's configuration is applied
//! by a provider that aborts at the point, then by one that does not. After that the state and the ledger hold
//! the same objects, once each, and the plan is empty.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::compiled::Compiled;
use crate::folder;
use crate::repository;
use crate::servers::kubernetes::Kubernetes;
use crate::sqlite;
use crate::terraform::Terraform;
use crate::workspace::{Provider, Workspace};

/// Where every phase's workspace keeps its ledger, which is the provider's default.
const LEDGER: &str = ".portcullis/ledger.db";
/// The provider aborts at the point that this names.
const FAILPOINT: &str = "PORTCULLIS_FAILPOINT";

/// `kills.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Matrix {
    pub(crate) points: Vec<String>,
    #[serde(rename = "phase")]
    pub(crate) phases: Vec<Phase>,
    /// Ledger table by resource type: one row for each address.
    tables: BTreeMap<String, String>,
}

/// A change that is cut off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phase {
    pub(crate) name: String,
    /// What was applied before, cleanly; nothing for a first apply.
    before: Option<String>,
    after: String,
    /// GPUs held in the end.
    devices: usize,
    /// The points at which it is killed; the matrix's without them.
    points: Option<Vec<String>>,
    /// A JSON list of objects that a Kubernetes cluster has, where the phase needs one.
    pub(crate) kubernetes: Option<String>,
}

/// What became of one kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kill {
    /// The provider died there, and the next apply converged.
    Converged,
    /// This phase does not pass that point.
    NotReached,
}

impl Matrix {
    /// # Errors
    /// When `kills.toml` cannot be read.
    pub(crate) fn open() -> Result<Self> {
        let file = folder_of_kills().join("kills.toml");
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("in {}", file.display()))
    }

    /// Every point with every phase that is killed there.
    pub(crate) fn pairs(&self) -> Vec<(&str, &Phase)> {
        let of = |phase| {
            self.points_of(phase)
                .iter()
                .map(move |point| (point.as_str(), phase))
        };
        self.phases.iter().flat_map(of).collect()
    }

    fn points_of<'m>(&'m self, phase: &'m Phase) -> &'m [String] {
        phase.points.as_deref().unwrap_or(&self.points)
    }

    /// Kills the provider at `point` while `phase` is applied.
    ///
    /// # Errors
    /// When the next apply does not converge, or leaves something behind.
    pub(crate) fn kill(
        &self,
        terraform: &Terraform,
        compiled: &Compiled,
        point: &str,
        phase: &Phase,
    ) -> Result<Kill> {
        let provider = Provider::built("debug")?;
        let mut workspace = Workspace::new(terraform, Some(&provider))?;
        folder::copy(&folder_of_kills().join("files"), &workspace.dir(), &[])?;
        let _cluster = cluster(&mut workspace, phase, compiled)?;
        if let Some(before) = &phase.before {
            put(&workspace, before)?;
            apply(&workspace)?.success("the apply before the kill")?;
        }
        put(&workspace, &phase.after)?;
        if !die(&mut workspace, point)? {
            return Ok(Kill::NotReached);
        }
        apply(&workspace)?.success("the apply after the kill")?;
        let plan =
            workspace.terraform(&["plan", "-detailed-exitcode", "-input=false", "-no-color"])?;
        ensure!(
            plan.code() == 0,
            "the plan after it is not empty:\n{}",
            plan.text
        );
        self.compare_ledger(&workspace, phase)?;
        Ok(Kill::Converged)
    }

    /// One row for each address, every row acknowledged, and exactly the devices that the pools ask for.
    fn compare_ledger(&self, workspace: &Workspace, phase: &Phase) -> Result<()> {
        let state = workspace
            .terraform(&["state", "list"])?
            .success("terraform state list")?;
        for (kind, table) in &self.tables {
            let prefix = format!("{kind}.");
            let addresses = state
                .lines()
                .filter(|line| line.starts_with(&prefix))
                .count();
            let query = format!("SELECT key, acknowledged FROM {table} ORDER BY key");
            let rows: Vec<(String, i64)> = sqlite::rows(workspace, LEDGER, &query)?;
            ensure!(
                rows.len() == addresses && rows.iter().all(|(_, acknowledged)| *acknowledged == 1),
                "the state holds {addresses} {kind}, the ledger's table {table} holds {rows:?}"
            );
        }
        let devices: Vec<(String,)> =
            sqlite::rows(workspace, LEDGER, "SELECT device FROM reservation")?;
        ensure!(
            devices.len() == phase.devices,
            "{} devices are reserved, expected {}",
            devices.len(),
            phase.devices
        );
        Ok(())
    }
}

/// The cluster that a phase needs, with the connector pinned and told where it is.
fn cluster(
    workspace: &mut Workspace,
    phase: &Phase,
    compiled: &Compiled,
) -> Result<Option<Kubernetes>> {
    let Some(objects) = &phase.kubernetes else {
        return Ok(None);
    };
    let cluster = Kubernetes::start(&folder_of_kills().join(objects))?;
    for (name, value) in cluster.environment() {
        workspace.set_env(name, value);
    }
    compiled.put(&["kubernetes".to_owned()], &workspace.dir())?;
    let portcullis = repository::built("debug", "portcullis");
    let lock = workspace.process(&portcullis);
    lock.args(["plugin", "lock", "kubernetes.wasm"])
        .run()?
        .success("plugin lock")?;
    Ok(Some(cluster))
}

fn folder_of_kills() -> PathBuf {
    repository::root().join("acceptance/kills")
}

fn put(workspace: &Workspace, file: &str) -> Result<()> {
    let from = folder_of_kills().join(file);
    fs::copy(&from, workspace.dir().join("main.tf"))
        .with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn apply(workspace: &Workspace) -> Result<crate::process::Finished> {
    workspace.terraform(&["apply", "-auto-approve", "-input=false", "-no-color"])
}

/// Applies with a provider that aborts at `point`. Says whether it did, as Terraform's log tells: a death after the
/// last answer leaves the apply itself a success.
fn die(workspace: &mut Workspace, point: &str) -> Result<bool> {
    let log = workspace.base().join("log");
    workspace.set_env("TF_LOG", "ERROR");
    workspace.set_env("TF_LOG_PATH", log.to_string_lossy());
    workspace.set_env(FAILPOINT, point);
    let killed = apply(workspace)?;
    for name in ["TF_LOG", "TF_LOG_PATH", FAILPOINT] {
        workspace.unset_env(name);
    }
    let log = fs::read_to_string(log).unwrap_or_default();
    let died = log.contains("plugin process exited") && log.contains("signal: aborted");
    ensure!(
        died || killed.status.success(),
        "the apply failed, but not because the provider died:\n{}",
        killed.text
    );
    Ok(died)
}
