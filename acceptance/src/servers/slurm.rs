//! A real slurmctld and slurmrestd as a file describes them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use slurm_server::{Cluster, Description, User};

/// A running cluster; ended when dropped.
#[derive(Debug)]
pub(crate) struct Slurm {
    cluster: Cluster,
    user: User,
}

impl Slurm {
    /// Starts a cluster with the nodes of `file`, a TOML document, and runs its commands.
    ///
    /// # Errors
    /// When the cluster does not come up, or refuses a command.
    pub(crate) fn start(file: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let description: Description =
            toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
        let cluster = Cluster::start(&description)?;
        let user = cluster.admin()?;
        Ok(Self { cluster, user })
    }

    /// Runs a program of Slurm against the cluster.
    ///
    /// # Errors
    /// What it says when it refuses.
    pub(crate) fn run(&self, words: &[String]) -> Result<()> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.cluster.run(&words).map(|_| ())
    }

    /// What a case is told of it: where it is, and the name and token of a user.
    pub(crate) fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("TF_VAR_slurm_url", self.cluster.url()),
            ("TF_VAR_slurm_user", self.user.name.clone()),
            ("SLURM_JWT", self.user.token.clone()),
        ]
    }
}
