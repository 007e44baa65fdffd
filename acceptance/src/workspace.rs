//! A Terraform workspace of a test's own: its folder, its CLI configuration, its environment.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::process::{Finished, Process};
use crate::repository;
use crate::terraform::Terraform;

/// No command of these sizes takes this long unless something hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// A provider as Terraform's `dev_overrides` knows it.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    /// Its source address, for instance `portcullis/portcullis`.
    pub(crate) source: String,
    pub(crate) program: PathBuf,
}

impl Provider {
    /// The one that `cargo build` made in this profile.
    ///
    /// # Errors
    /// When it was not built.
    pub(crate) fn built(profile: &str) -> Result<Self> {
        let program = repository::built(profile, "terraform-provider-portcullis");
        if !program.is_file() {
            bail!(
                "{} is not built: run `cargo build --package portcullis`",
                program.display()
            );
        }
        Ok(Self {
            source: "portcullis/portcullis".into(),
            program,
        })
    }

    /// The file name that Terraform looks for.
    fn file_name(&self) -> String {
        let kind = self.source.rsplit('/').next().unwrap_or_default();
        format!("terraform-provider-{kind}")
    }
}

/// A folder where Terraform runs with nothing of the user's own configuration and no registry to ask.
#[derive(Debug)]
pub(crate) struct Workspace {
    base: TempDir,
    terraform: Terraform,
    env: BTreeMap<String, String>,
}

impl Workspace {
    /// An empty workspace whose only provider, if any, is `provider`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(crate) fn new(terraform: &Terraform, provider: Option<&Provider>) -> Result<Self> {
        let base = tempfile::Builder::new().prefix("portcullis-").tempdir()?;
        for folder in ["work", "home", "bin"] {
            fs::create_dir(base.path().join(folder))?;
        }
        let mut overrides = String::new();
        if let Some(provider) = provider {
            let bin = base.path().join("bin");
            symlink(&provider.program, bin.join(provider.file_name()))?;
            overrides = format!("    {:?} = {:?}\n", provider.source, bin);
        }
        let rc = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n{overrides}  }}\n}}\n"
        );
        fs::write(base.path().join("terraform.rc"), rc)?;
        Ok(Self {
            base,
            terraform: terraform.clone(),
            env: BTreeMap::new(),
        })
    }

    /// Where the HCL lies.
    pub(crate) fn dir(&self) -> PathBuf {
        self.base.path().join("work")
    }

    /// The folder above, which appears in nothing that is compared.
    pub(crate) fn base(&self) -> &Path {
        self.base.path()
    }

    /// Sets a variable for every program that runs here from now on.
    pub(crate) fn set_env(&mut self, name: &str, value: impl Into<String>) {
        self.env.insert(name.to_owned(), value.into());
    }

    /// Takes a variable away again.
    pub(crate) fn unset_env(&mut self, name: &str) {
        self.env.remove(name);
    }

    /// Puts our own `libnvidia-ml.so.1` over a fleet file where the loader looks first.
    ///
    /// # Errors
    /// When it was not built.
    pub(crate) fn use_fake_nvml(&mut self, fleet: &Path) -> Result<()> {
        let library = repository::built("debug", "libnvidia_ml.so");
        if !library.is_file() {
            bail!(
                "{} is not built: run `cargo build --package fake-nvml`",
                library.display()
            );
        }
        let folder = self.base.path().join("lib");
        fs::create_dir(&folder)?;
        symlink(library, folder.join("libnvidia-ml.so.1"))?;
        self.set_env("LD_LIBRARY_PATH", folder.to_string_lossy());
        self.set_env("FAKE_NVML_FLEET", fleet.to_string_lossy());
        Ok(())
    }

    /// Runs Terraform here.
    ///
    /// # Errors
    /// When it cannot be started or hangs; how it ended is the caller's to judge.
    pub(crate) fn terraform(&self, words: &[&str]) -> Result<Finished> {
        let mut all = self.terraform.words().iter();
        let program = all.next().context("a Terraform without a program")?;
        self.process(program.as_ref()).args(all).args(words).run()
    }

    /// Runs Terraform here for the JSON that it prints.
    ///
    /// # Errors
    /// When it fails, or prints something else.
    pub(crate) fn json(&self, words: &[&str]) -> Result<serde_json::Value> {
        let mut all = self.terraform.words().iter();
        let program = all.next().context("a Terraform without a program")?;
        let printed = self
            .process(program.as_ref())
            .args(all)
            .args(words)
            .stdout()?;
        serde_json::from_slice(&printed)
            .with_context(|| format!("`terraform {}` printed no JSON", words.join(" ")))
    }

    /// A program that will run in this folder and environment.
    pub(crate) fn process(&self, program: &Path) -> Process {
        let mut process = Process::new(program)
            .clean_env()
            .dir(&self.dir())
            .limit(LIMIT)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.base.path().join("home"))
            .env("TF_CLI_CONFIG_FILE", self.base.path().join("terraform.rc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1");
        for (name, value) in &self.env {
            process = process.env(name, value);
        }
        process
    }
}
