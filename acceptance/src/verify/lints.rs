//! clippy with the workspace's lints, every warning an error.

use anyhow::Result;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "lints",
    shows: "clippy finds nothing in any crate or test",
    carry: lint,
};

fn lint(_: &Context, progress: &Progress) -> Result<Report> {
    let finished = Process::new("cargo")
        .args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ])
        .dir(repository::root())
        .watched(|line| progress.note(line))?;
    if finished.status.success() {
        return Ok(Report::one_passed());
    }
    Ok(Report::one_failed(format!(
        "cargo clippy\n{}",
        last_lines(&finished.text, 80)
    )))
}
