//! Building what acceptance cases run.

use anyhow::Result;

use crate::process::Process;
use crate::repository;
use crate::screen::Progress;
use crate::step::Context;

/// Builds the provider, the CLI and the library that stands in for NVIDIA's.
///
/// # Errors
/// What cargo says.
pub(super) fn build(context: &Context, progress: &Progress) -> Result<()> {
    if context.built {
        return Ok(());
    }
    Process::new("cargo")
        .args([
            "build",
            "--locked",
            "--package",
            "portcullis",
            "--package",
            "fake-nvml",
        ])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build")
        .map(|_| ())
}
