//! Carrying a case out on one Terraform.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::servers::Servers;
use super::{Case, Done, Planned, Step};
use crate::browser::Browser;
use crate::compiled::Compiled;
use crate::folder;
use crate::golden::{Golden, Normaliser};
use crate::process::Finished;
use crate::repository;
use crate::sqlite;
use crate::terraform::Terraform;
use crate::workspace::{Provider, Workspace};

/// Carries cases out on one Terraform.
#[derive(Debug)]
pub(crate) struct Runner<'a> {
    pub(crate) terraform: &'a Terraform,
    pub(crate) normaliser: &'a Normaliser,
    pub(crate) compiled: &'a Compiled,
    pub(crate) bless: bool,
}

impl Runner<'_> {
    /// Carries the whole case out in a workspace of its own.
    ///
    /// # Errors
    /// The first step that did not go as described, and the output that shows it.
    pub(crate) fn run(&self, case: &Case) -> Result<()> {
        let provider = case
            .description
            .provider
            .then(|| Provider::built("debug"))
            .transpose()?;
        let mut workspace = Workspace::new(self.terraform, provider.as_ref())?;
        folder::copy(
            &case.folder,
            &workspace.dir(),
            &["case.toml", "expected", "steps"],
        )?;
        self.compiled
            .put(&case.description.plugins, &workspace.dir())?;
        if let Some(fleet) = &case.description.nvml {
            let fleet = workspace.dir().join(fleet);
            workspace.use_fake_nvml(&fleet)?;
        }
        for (name, value) in &case.description.env {
            workspace.set_env(name, value);
        }
        let servers = Servers::start(case, &mut workspace)?;
        for (index, step) in case.description.steps().iter().enumerate() {
            self.step(case, &mut workspace, &servers, step)
                .with_context(|| format!("step {} ({step:?})", index + 1))?;
        }
        Ok(())
    }

    fn step(
        &self,
        case: &Case,
        workspace: &mut Workspace,
        servers: &Servers,
        step: &Step,
    ) -> Result<()> {
        match step {
            Step::Plan {
                expect,
                golden,
                refresh,
                actions,
                json,
            } => {
                let finished = plan(workspace, *expect, *refresh)?;
                compare_actions(workspace, actions)?;
                json.iter()
                    .try_for_each(|file| write_plan(workspace, file))?;
                self.compare(case, workspace, golden.as_deref(), &finished)
            }
            Step::Apply {
                expect,
                saved,
                golden,
            } => {
                let finished = apply(workspace, *expect, *saved)?;
                self.compare(case, workspace, golden.as_deref(), &finished)
            }
            Step::Destroy => destroy(workspace),
            Step::Put { file, name } => put(case, workspace, file, name),
            Step::Remove { file } => Ok(fs::remove_file(workspace.dir().join(file))?),
            Step::Import {
                address,
                id,
                expect,
                golden,
            } => {
                let finished = must(workspace, &["import", "-no-color", address, id], *expect)?;
                self.compare(case, workspace, golden.as_deref(), &finished)
            }
            Step::ImportVerify { address, id } => import_verify(workspace, address, id),
            Step::Taint { address } => must(workspace, &["taint", address], Done::Done).map(|_| ()),
            Step::Outputs { are } => outputs(workspace, are),
            Step::State { holds } => state_holds(workspace, holds),
            Step::Sql { file, statement } => sqlite::execute(workspace, file, statement),
            Step::Query {
                file,
                statement,
                is,
            } => query(workspace, file, statement, is),
            Step::Env { set } => {
                set.iter()
                    .for_each(|(name, value)| workspace.set_env(name, value));
                Ok(())
            }
            Step::Run {
                program,
                args,
                code,
                golden,
            } => {
                let finished = run_built(workspace, program, args, *code)?;
                self.compare(case, workspace, golden.as_deref(), &finished)
            }
            Step::Kubernetes(request) => servers
                .kubernetes()?
                .send(request, &case.folder.join("steps")),
            Step::Slurm { words } => servers.slurm()?.run(words),
            Step::Aws { file } => servers
                .aws()?
                .carry_out(&case.folder.join("steps").join(file)),
            Step::OpenBao(request) => servers.send_openbao(request, &case.folder.join("steps")),
            Step::Browse { file, acts } => Browser::carry_out(&workspace.dir().join(file), acts),
            Step::Shell { line } => shell(workspace, line),
        }
    }

    fn compare(
        &self,
        case: &Case,
        workspace: &Workspace,
        golden: Option<&str>,
        finished: &Finished,
    ) -> Result<()> {
        let Some(name) = golden else { return Ok(()) };
        let folder = case.folder.join("expected");
        let Some(golden) = Golden::of(&folder, name, &self.terraform.line) else {
            return Ok(());
        };
        let found = self.normaliser.normalise(&finished.text, workspace.base());
        golden.check(&found, self.bless)
    }
}

const PLAN: &str = "case.tfplan";

fn plan(workspace: &Workspace, expect: Planned, refresh: bool) -> Result<Finished> {
    let mut words = vec![
        "plan",
        "-detailed-exitcode",
        "-input=false",
        "-no-color",
        "-out",
        PLAN,
    ];
    if !refresh {
        words.push("-refresh=false");
    }
    let finished = workspace.terraform(&words)?;
    let found = match finished.code() {
        0 => Planned::Empty,
        2 => Planned::Changes,
        _ => Planned::Refused,
    };
    ensure!(
        found == expect,
        "the plan is {found:?}, expected {expect:?}:\n{}",
        finished.text
    );
    Ok(finished)
}

/// Writes the saved plan as `terraform show -json` prints it.
fn write_plan(workspace: &Workspace, file: &str) -> Result<()> {
    let plan = workspace.json(&["show", "-json", PLAN])?;
    Ok(fs::write(workspace.dir().join(file), plan.to_string())?)
}

fn destroy(workspace: &Workspace) -> Result<()> {
    let words = ["destroy", "-auto-approve", "-no-color"];
    must(workspace, &words, Done::Done)?;
    state_holds(workspace, &[])
}

fn apply(workspace: &Workspace, expect: Done, saved: bool) -> Result<Finished> {
    let mut words = vec!["apply", "-auto-approve", "-input=false", "-no-color"];
    words.extend(saved.then_some(PLAN));
    must(workspace, &words, expect)
}

/// Checks the planned action of each named resource.
fn compare_actions(workspace: &Workspace, expected: &BTreeMap<String, String>) -> Result<()> {
    if expected.is_empty() {
        return Ok(());
    }
    let plan = workspace.json(&["show", "-json", PLAN])?;
    let changes = plan.get("resource_changes").and_then(Value::as_array);
    let found: BTreeMap<String, String> = changes
        .into_iter()
        .flatten()
        .filter_map(|change| action(change, expected))
        .collect();
    ensure!(
        &found == expected,
        "planned actions are {found:?}, expected {expected:?}"
    );
    Ok(())
}

/// The address and the one word for what is planned, for the resources that are asked about.
fn action(change: &Value, asked: &BTreeMap<String, String>) -> Option<(String, String)> {
    let address = change.get("address")?.as_str()?;
    asked.get(address)?;
    let change = change.get("change")?;
    let actions: Vec<&str> = change
        .get("actions")?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let word = match actions.as_slice() {
        _ if change.get("importing").is_some() => "import",
        ["delete", "create"] | ["create", "delete"] => "replace",
        [one] => one,
        _ => "",
    };
    Some((address.to_owned(), word.to_owned()))
}

fn must(workspace: &Workspace, words: &[&str], expect: Done) -> Result<Finished> {
    let finished = workspace.terraform(words)?;
    let found = if finished.status.success() {
        Done::Done
    } else {
        Done::Refused
    };
    let command = words.first().copied().unwrap_or_default();
    ensure!(
        found == expect,
        "{command} was {found:?}, expected {expect:?}:\n{}",
        finished.text
    );
    Ok(finished)
}

fn put(case: &Case, workspace: &Workspace, file: &str, name: &str) -> Result<()> {
    let from = case.folder.join("steps").join(file);
    fs::copy(&from, workspace.dir().join(name))
        .with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn shell(workspace: &Workspace, line: &str) -> Result<()> {
    let finished = workspace
        .process(Path::new("sh"))
        .args(["-c", line])
        .run()?;
    finished.success(line).map(|_| ())
}

/// Checks what a query of an SQLite file gives.
fn query(workspace: &Workspace, file: &str, statement: &str, is: &[String]) -> Result<()> {
    let rows: Vec<(String,)> = sqlite::rows(workspace, file, statement)?;
    let found: Vec<String> = rows.into_iter().map(|(value,)| value).collect();
    ensure!(found == is, "found {found:?}, expected {is:?}");
    Ok(())
}

/// Runs one of our own programs, which must end with this code.
fn run_built(workspace: &Workspace, program: &str, args: &[String], code: i32) -> Result<Finished> {
    let program = repository::built("debug", program);
    let finished = workspace.process(&program).args(args).run()?;
    let found = finished.code();
    ensure!(
        found == code,
        "ended with code {found}, expected {code}:\n{}",
        finished.text
    );
    Ok(finished)
}

fn state_holds(workspace: &Workspace, expected: &[String]) -> Result<()> {
    let finished = must(workspace, &["state", "list"], Done::Done)?;
    let found: Vec<&str> = finished
        .text
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    ensure!(
        found == expected,
        "the state holds {found:?}, expected {expected:?}"
    );
    Ok(())
}

fn outputs(workspace: &Workspace, expected: &BTreeMap<String, Value>) -> Result<()> {
    let printed = workspace.json(&["output", "-json"])?;
    for (name, value) in expected {
        let found = printed.get(name).and_then(|output| output.get("value"));
        ensure!(
            found == Some(value),
            "output `{name}` is {found:?}, expected {value}"
        );
    }
    Ok(())
}

/// The attributes that the state holds for a resource.
fn attributes(workspace: &Workspace, address: &str) -> Result<Value> {
    let state = workspace.json(&["show", "-json"])?;
    let resources = state
        .pointer("/values/root_module/resources")
        .and_then(Value::as_array);
    let found = resources
        .into_iter()
        .flatten()
        .find(|resource| resource.get("address").and_then(Value::as_str) == Some(address));
    found
        .and_then(|resource| resource.get("values").cloned())
        .with_context(|| format!("the state does not hold {address}"))
}

fn import_verify(workspace: &Workspace, address: &str, id: &str) -> Result<()> {
    let before = attributes(workspace, address)?;
    must(workspace, &["state", "rm", address], Done::Done)?;
    must(workspace, &["import", "-no-color", address, id], Done::Done)?;
    let after = attributes(workspace, address)?;
    if before != after {
        bail!("import of `{id}` gave other attributes\nbefore: {before:#}\nafter: {after:#}");
    }
    Ok(())
}
