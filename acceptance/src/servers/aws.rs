//! An account of AWS as moto plays it, made by the operations of a file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use moto_server::Moto;
use serde_json::Value;

/// A running server; ended when dropped.
#[derive(Debug)]
pub(crate) struct Aws {
    moto: Moto,
}

impl Aws {
    /// Starts a server and carries the operations of `file` out.
    ///
    /// # Errors
    /// When the server does not come up, or refuses an operation.
    pub(crate) fn start(file: &Path) -> Result<Self> {
        let aws = Self {
            moto: Moto::start()?,
        };
        aws.carry_out(file)?;
        Ok(aws)
    }

    /// Carries the operations of `file`, a JSON list, out in their order.
    ///
    /// # Errors
    /// When the file cannot be read, or the server refuses an operation.
    pub(crate) fn carry_out(&self, file: &Path) -> Result<()> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let steps: Vec<Value> =
            serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
        for step in &steps {
            self.moto
                .carry_out(step)
                .with_context(|| format!("carrying out {step}"))?;
        }
        Ok(())
    }

    /// What a case is told of it: where it answers, and keys, which this server does not check.
    pub(crate) fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("TF_VAR_aws_url", self.moto.url()),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
            (
                "AWS_SECRET_ACCESS_KEY",
                "canary-of-the-secret-access-key".to_owned(),
            ),
        ]
    }
}
