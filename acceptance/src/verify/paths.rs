//! The search for paths beside its naive twin, on 100,000 random graphs.

use anyhow::Result;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "paths",
    shows: "100,000 random graphs of access: the search and its naive twin agree, and every cut closes what it says",
    carry: paths,
};

const ROUNDS: &str = "100000";

fn paths(_: &Context, progress: &Progress) -> Result<Report> {
    let finished = Process::new("cargo")
        .args([
            "test",
            "--release",
            "--locked",
            "--package",
            "portcullis-access",
            "--test",
            "twin",
        ])
        .env("PROPTEST_CASES", ROUNDS)
        .dir(repository::root())
        .watched(|line| progress.note(line))?;
    if finished.status.success() && finished.text.contains("test result: ok. 7 passed") {
        return Ok(Report::one_passed());
    }
    let mut report = Report::default();
    let end = last_lines(&finished.text, 80);
    report
        .failures
        .push(format!("cargo test --test twin\n{end}"));
    Ok(report)
}
