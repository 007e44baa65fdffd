//! Every Rust file is as rustfmt writes it.

use anyhow::Result;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "format",
    shows: "every Rust file is as rustfmt writes it",
    carry: check,
};

fn check(context: &Context, _: &Progress) -> Result<Report> {
    let words: &[&str] = if context.bless {
        &["fmt", "--all"]
    } else {
        &["fmt", "--all", "--check"]
    };
    let finished = Process::new("cargo")
        .args(words)
        .dir(repository::root())
        .run()?;
    if finished.status.success() {
        return Ok(Report::one_passed());
    }
    let text = last_lines(&finished.text, 60);
    Ok(Report::one_failed(format!(
        "cargo fmt --all --check\n{text}\n\nRun `cargo fmt --all`."
    )))
}
