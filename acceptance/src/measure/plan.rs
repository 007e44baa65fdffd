//! `terraform plan` over many resources of one provider: wall time, and what the provider itself used.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::terraform::Terraform;
use crate::watch::{self, Used};
use crate::workspace::{Provider, Workspace};

/// A workspace ready to be planned again and again.
#[derive(Debug)]
pub(super) struct Planned {
    workspace: Workspace,
}

impl Planned {
    /// Writes `hcl` into a workspace with this provider.
    ///
    /// # Errors
    /// When files cannot be written.
    pub(super) fn new(terraform: &Terraform, provider: &Provider, hcl: &str) -> Result<Self> {
        let workspace = Workspace::new(terraform, Some(provider))?;
        fs::write(workspace.dir().join("main.tf"), hcl)?;
        Ok(Self { workspace })
    }

    /// As [`Planned::new`], with the provider under watch.
    ///
    /// # Errors
    /// When files cannot be written.
    pub(super) fn watched(terraform: &Terraform, provider: &Provider, hcl: &str) -> Result<Self> {
        let watcher = Provider {
            source: provider.source.clone(),
            program: std::env::current_exe()?,
        };
        let mut planned = Self::new(terraform, &watcher, hcl)?;
        let program = provider.program.to_string_lossy().into_owned();
        planned.workspace.set_env(watch::PROGRAM, program);
        let notes = planned
            .workspace
            .base()
            .join("notes")
            .to_string_lossy()
            .into_owned();
        planned.workspace.set_env(watch::NOTES, notes);
        Ok(planned)
    }

    /// Where the configuration lies.
    pub(super) fn dir(&self) -> PathBuf {
        self.workspace.dir()
    }

    /// Runs a program there.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn run(&self, program: &Path, words: &[&str]) -> Result<()> {
        let finished = self.workspace.process(program).args(words).run()?;
        finished.success("preparing a plan").map(drop)
    }

    /// Milliseconds that one plan took.
    ///
    /// # Errors
    /// When Terraform refuses the plan.
    pub(super) fn wall(&self) -> Result<f64> {
        let started = Instant::now();
        let finished = self
            .workspace
            .terraform(&["plan", "-input=false", "-no-color"])?;
        let took = started.elapsed();
        finished.success("terraform plan")?;
        Ok(took.as_secs_f64() * 1000.0)
    }

    /// What the provider used over one plan: the peak of its starts, and their processor time together.
    ///
    /// # Errors
    /// When Terraform refuses the plan or the provider was not watched.
    pub(super) fn used(&self) -> Result<Used> {
        let notes = self.workspace.base().join("notes");
        if notes.exists() {
            fs::remove_file(&notes)?;
        }
        self.wall()?;
        sum(&notes)
    }
}

fn sum(notes: &Path) -> Result<Used> {
    let text = fs::read_to_string(notes).context("the provider was not started under watch")?;
    let starts: Vec<Used> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<std::result::Result<_, _>>()?;
    ensure!(!starts.is_empty(), "the provider was not started");
    Ok(Used {
        peak_kib: starts
            .iter()
            .map(|used| used.peak_kib)
            .max()
            .unwrap_or_default(),
        cpu_microseconds: starts.iter().map(|used| used.cpu_microseconds).sum(),
    })
}
