//! Tests that run so many rounds that an optimised build pays.

use anyhow::Result;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::Report;

/// Tests of one package, and how many rounds of them.
pub(super) struct Optimised {
    pub(super) package: &'static str,
    /// What `cargo test` is told beside that: which tests.
    pub(super) tests: &'static [&'static str],
    /// The variable that says how many rounds, with the number.
    pub(super) rounds: (&'static str, &'static str),
    /// How many tests pass in each program: fewer would mean that some were not found.
    pub(super) passes: &'static [u32],
}

impl Optimised {
    pub(super) fn run(&self, progress: &Progress) -> Result<Report> {
        let (variable, rounds) = self.rounds;
        let finished = Process::new("cargo")
            .args(["test", "--release", "--locked", "--package", self.package])
            .args(self.tests)
            .env(variable, rounds)
            .dir(repository::root())
            .watched(|line| progress.note(line))?;
        let passed = |count: &u32| {
            let line = format!("test result: ok. {count} passed");
            finished.text.contains(&line)
        };
        if finished.status.success() && self.passes.iter().all(passed) {
            return Ok(Report::one_passed());
        }
        let mut report = Report::default();
        let (tests, end) = (self.tests.join(" "), last_lines(&finished.text, 80));
        report.failures.push(format!("cargo test {tests}\n{end}"));
        Ok(report)
    }
}
