//! The search for paths beside its naive twins, on 100,000 random graphs and accounts.

use anyhow::Result;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "paths",
    shows: "100,000 random graphs of access: the search and its naive twins agree, and every cut closes what it says",
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
            "--test",
            "aws_twin",
        ])
        .env("PROPTEST_CASES", ROUNDS)
        .dir(repository::root())
        .watched(|line| progress.note(line))?;
    let passed = |count: u32| {
        let line = format!("test result: ok. {count} passed");
        finished.text.contains(&line)
    };
    if finished.status.success() && passed(7) && passed(2) {
        return Ok(Report::one_passed());
    }
    let mut report = Report::default();
    let end = last_lines(&finished.text, 80);
    report
        .failures
        .push(format!("cargo test --test twin --test aws_twin\n{end}"));
    Ok(report)
}
