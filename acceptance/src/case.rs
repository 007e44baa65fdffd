//! One acceptance case: a folder of HCL, what to do with it, and what Terraform must answer.
//!
//! ```text
//! acceptance/cases/<name>/
//!   case.toml    what is shown, and the steps
//!   main.tf ...  copied into the workspace before the first step
//!   steps/       files that a step puts in place later
//!   expected/    what Terraform prints, normalised
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::browser::Act;

mod lifecycle;
mod run;
mod servers;

pub(crate) use run::Runner;

/// A case as its folder describes it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) description: Description,
}

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    /// What passing shows, in one sentence: for whoever reads the case.
    #[allow(dead_code, reason = "read by people; its absence is an error")]
    shows: String,
    /// Whether the provider is needed; a configuration of outputs alone needs none.
    #[serde(default = "yes")]
    pub(crate) provider: bool,
    /// A file of the case that a Prometheus shall scrape while it runs.
    pub(crate) prometheus: Option<String>,
    /// A file of the case with a JSON list of objects that a Kubernetes cluster shall have while it runs.
    pub(crate) kubernetes: Option<String>,
    /// A file of the case with the nodes that a Slurm cluster shall have while it runs.
    pub(crate) slurm: Option<String>,
    /// A file of the case with a JSON list of operations by which an account of AWS is made that it has while it runs.
    pub(crate) aws: Option<String>,
    /// A file of the case with a JSON list of requests that an OpenBao is sent before the first step.
    pub(crate) openbao: Option<String>,
    /// A fleet file of the case that this host's NVML shall tell of.
    pub(crate) nvml: Option<String>,
    /// First-party plugins that are copied into the workspace, for instance `gpu-budget`.
    #[serde(default)]
    pub(crate) plugins: Vec<String>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    /// The seven steps that every resource must pass, written once in `lifecycle.rs`.
    lifecycle: Option<lifecycle::Lifecycle>,
    #[serde(default, rename = "step")]
    steps: Vec<Step>,
}

fn yes() -> bool {
    true
}

impl Description {
    /// All steps in order: the life cycle's, then the case's own.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = self
            .lifecycle
            .as_ref()
            .map(lifecycle::Lifecycle::steps)
            .unwrap_or_default();
        steps.extend(self.steps.iter().cloned());
        steps
    }
}

/// What `terraform plan` must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Planned {
    /// No changes.
    Empty,
    /// Something to do.
    Changes,
    /// An error.
    Refused,
}

/// What any other command must come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Done {
    #[default]
    Done,
    Refused,
}

/// One step of a case.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// `terraform plan`, and `terraform show -json` of the plan where `actions` is given.
    Plan {
        expect: Planned,
        /// Expected output, by name.
        golden: Option<String>,
        #[serde(default = "yes")]
        refresh: bool,
        /// By address: create, update, replace, delete, read, no-op, forget or import.
        #[serde(default)]
        actions: BTreeMap<String, String>,
        /// A file that gets the plan as `terraform show -json` prints it.
        json: Option<String>,
    },
    /// `terraform apply`, of the plan that the last plan step saved where `saved` says so.
    Apply {
        #[serde(default)]
        expect: Done,
        #[serde(default)]
        saved: bool,
        golden: Option<String>,
    },
    /// `terraform destroy`, after which the state is empty.
    Destroy,
    /// Puts `steps/<file>` in place as `name` (`main.tf` unless told).
    Put {
        file: String,
        #[serde(default = "main_tf")]
        name: String,
    },
    /// Takes a file away.
    Remove { file: String },
    /// `terraform import`.
    Import {
        address: String,
        id: String,
        #[serde(default)]
        expect: Done,
        golden: Option<String>,
    },
    /// Forgets the resource, imports it again, and compares all its attributes with those before.
    ImportVerify { address: String, id: String },
    /// `terraform taint`.
    Taint { address: String },
    /// `terraform output -json`: these outputs have these values.
    Outputs {
        are: BTreeMap<String, serde_json::Value>,
    },
    /// `terraform state list` prints exactly these addresses.
    State { holds: Vec<String> },
    /// Runs one SQL statement on an SQLite file, behind Terraform's back.
    Sql { file: String, statement: String },
    /// The one column that a query of an SQLite file gives has these values.
    Query {
        file: String,
        statement: String,
        is: Vec<String>,
    },
    /// Sets a variable for the steps that follow.
    Env { set: BTreeMap<String, String> },
    /// Runs a program that cargo built, for instance `portcullis`.
    Run {
        program: String,
        args: Vec<String>,
        #[serde(default)]
        code: i32,
        golden: Option<String>,
    },
    /// Sends a request to the case's cluster, as its administrator or as one of its users, which has to end with a status.
    Kubernetes(ClusterRequest),
    /// Runs a program of Slurm against the case's cluster, `["scontrol", ...]` for example.
    Slurm { words: Vec<String> },
    /// Carries the operations of `steps/<file>` out in the case's account of AWS.
    Aws { file: String },
    /// Sends a request to the case's OpenBao, as its administrator or as whoever logs in, which has to end with a status.
    #[serde(rename = "openbao")]
    OpenBao(BaoRequest),
    /// Opens a file in a real browser and uses it as a person does. It has to load and run nothing of others.
    Browse { file: String, acts: Vec<Act> },
    /// Runs a line of shell in the workspace, to break something on purpose.
    Shell { line: String },
}

/// A request to the case's cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClusterRequest {
    /// The user, `system:serviceaccount:<namespace>:<name>` for example; the administrator without one.
    #[serde(rename = "as")]
    pub(crate) user: Option<String>,
    /// Bearer of a token that an earlier step kept under this name, instead of a user.
    pub(crate) token: Option<String>,
    /// Keeps the token that the answer issues under this name.
    pub(crate) keeps: Option<String>,
    /// What a review of access has to come to.
    pub(crate) allowed: Option<bool>,
    pub(crate) method: String,
    pub(crate) path: String,
    /// `steps/<file>` is the body.
    pub(crate) body: Option<String>,
    /// What the answer's status has to be.
    pub(crate) status: u16,
}

/// A request to the case's `OpenBao`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BaoRequest {
    /// Who logs in first; the administrator without one.
    #[serde(rename = "as")]
    pub(crate) login: Option<Login>,
    pub(crate) method: String,
    /// Below `/v1/`.
    pub(crate) path: String,
    /// `steps/<file>` is the body.
    pub(crate) body: Option<String>,
    /// What the answer's status has to be.
    pub(crate) status: u16,
}

/// A login by the token of a service account of the case's cluster, at the JWT method `auth/jwt`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// `<namespace>/<name>`
    pub(crate) account: String,
    pub(crate) role: String,
}

fn main_tf() -> String {
    "main.tf".to_owned()
}

impl Case {
    /// All cases under `folder`, by name.
    ///
    /// # Errors
    /// When a case has no `case.toml`, or one that cannot be read as such.
    pub(crate) fn all(folder: &Path) -> Result<Vec<Self>> {
        let mut folders: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        folders.retain(|path| path.is_dir());
        folders.sort();
        folders.into_iter().map(Self::open).collect()
    }

    /// Whether a step needs a browser.
    pub(crate) fn opens_a_browser(&self) -> bool {
        let mut steps = self.description.steps.iter();
        steps.any(|step| matches!(step, Step::Browse { .. }))
    }

    fn open(folder: PathBuf) -> Result<Self> {
        let file = folder.join("case.toml");
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let description =
            toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Self {
            name,
            folder,
            description,
        })
    }
}
