//! The sandbox under made-up plugins, 10,000 of each kind.

use anyhow::Result;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "fuzz",
    shows: "10,000 generated components, mutants and bent results: none breaks the sandbox or holds it up",
    carry: fuzz,
};

const ROUNDS: &str = "10000";

/// Optimised, because most of the time goes into compiling what was made up.
fn fuzz(_: &Context, progress: &Progress) -> Result<Report> {
    let finished = Process::new("cargo")
        .args([
            "test",
            "--release",
            "--locked",
            "--package",
            "portcullis-plugin-host",
            "--test",
            "it",
            "--",
            "fuzz::",
        ])
        .env("PORTCULLIS_FUZZ_ROUNDS", ROUNDS)
        .dir(repository::root())
        .watched(|line| progress.note(line))?;
    if finished.status.success() && finished.text.contains("test result: ok. 4 passed") {
        return Ok(Report::one_passed());
    }
    let mut report = Report::default();
    let end = last_lines(&finished.text, 80);
    report.failures.push(format!("cargo test fuzz::\n{end}"));
    Ok(report)
}
