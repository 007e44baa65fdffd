//! Building what acceptance cases run.

use anyhow::Result;

use super::selection::WORKSPACE;
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
    let programs = ["portcullis", "terraform-provider-portcullis"];
    Process::new("cargo")
        .arg("build")
        .args(WORKSPACE)
        .args(programs.iter().flat_map(|program| ["--bin", program]))
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build")?;
    // A library for other programs, which no flag names beside these.
    Process::new("cargo")
        .args(["build", "--locked", "--package", "fake-nvml"])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build")
        .map(|_| ())
}
