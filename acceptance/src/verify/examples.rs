//! Every example is formatted and can be planned.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::folder;
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};
use crate::terraform::Terraform;
use crate::workspace::{Provider, Workspace};

pub(super) const STEP: Step = Step {
    name: "examples",
    shows: "examples are formatted, every scenario plans, and the registry examples plan together",
    carry: plan_all,
};

fn plan_all(context: &Context, progress: &Progress) -> Result<Report> {
    super::programs::build(context, progress)?;
    let terraform = Terraform::installed()?;
    let examples = repository::root().join("examples");
    let mut report = Report::default();
    note(
        &mut report,
        "formatting of examples",
        formatted(&terraform, &examples),
    );
    for scenario in folders(&examples.join("scenarios"))? {
        progress.note(&scenario.display().to_string());
        let name = format!("example {}", scenario.display());
        note(&mut report, &name, plan_scenario(&terraform, &scenario));
    }
    note(
        &mut report,
        "registry examples",
        plan_registry(&terraform, &examples),
    );
    Ok(report)
}

fn note(report: &mut Report, what: &str, outcome: Result<()>) {
    match outcome {
        Ok(()) => report.passed += 1,
        Err(problem) => report.failures.push(format!("{what}: {problem:#}")),
    }
}

fn formatted(terraform: &Terraform, examples: &Path) -> Result<()> {
    let workspace = Workspace::new(terraform, None)?;
    let examples = examples.to_string_lossy();
    let finished = workspace.terraform(&["fmt", "-check", "-diff", "-recursive", &examples])?;
    finished
        .success("terraform fmt -check examples")
        .map(|_| ())
}

fn plan_scenario(terraform: &Terraform, scenario: &Path) -> Result<()> {
    let workspace = Workspace::new(terraform, Some(&Provider::built("debug")?))?;
    folder::copy(scenario, &workspace.dir(), &[])?;
    plan(&workspace)
}

/// The registry shows one snippet a page. They are one story: together they are a configuration.
fn plan_registry(terraform: &Terraform, examples: &Path) -> Result<()> {
    let mut workspace = Workspace::new(terraform, Some(&Provider::built("debug")?))?;
    let host = repository::root().join("acceptance/fake-nvml/fixtures/free.toml");
    workspace.use_fake_nvml(&host)?;
    let fleet = examples.join("scenarios/quickstart/fleet.csv");
    fs::copy(fleet, workspace.dir().join("fleet.csv"))?;
    for group in ["provider", "resources", "data-sources", "functions"] {
        copy_snippets(&examples.join(group), group, &workspace.dir())?;
    }
    plan(&workspace)
}

/// Copies every `.tf` under `from` into one folder, each under a name made from its path.
fn copy_snippets(from: &Path, prefix: &str, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = format!("{prefix}-{name}");
        if path.is_dir() {
            copy_snippets(&path, &name, to)?;
        } else if path.extension().is_some_and(|kind| kind == "tf") {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn plan(workspace: &Workspace) -> Result<()> {
    let finished = workspace.terraform(&["plan", "-input=false", "-no-color"])?;
    finished.success("terraform plan").map(|_| ())
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(parent)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    Ok(folders)
}
