//! Every page under docs that is made from the source is as the source makes it.

use anyhow::Result;

use crate::process::Process;
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "generated",
    shows: "reference pages, the schema as JSON and the page of the command line are as generated",
    carry: check,
};

fn check(context: &Context, progress: &Progress) -> Result<Report> {
    super::programs::build(context, progress)?;
    let word = if context.bless { "--write" } else { "--check" };
    let finished = Process::new(repository::built("debug", "portcullis"))
        .args(["docs", word])
        .dir(repository::root())
        .run()?;
    if finished.status.success() {
        return Ok(Report::one_passed());
    }
    Ok(Report::one_failed(format!(
        "portcullis docs {word}\n{}",
        finished.text.trim_end()
    )))
}
