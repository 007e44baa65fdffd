//! Building what acceptance cases run.

use anyhow::Result;

use crate::process::Process;
use crate::repository;
use crate::screen::Progress;

/// Builds the provider, the CLI and the library that stands in for NVIDIA's.
///
/// # Errors
/// What cargo says.
pub(super) fn build(progress: &Progress) -> Result<()> {
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
