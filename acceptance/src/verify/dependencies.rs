//! cargo-deny over licences, banned crates and sources: the parts that need no network.

use anyhow::Result;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "dependencies",
    shows: "licences, banned crates and sources are as deny.toml says",
    carry: check,
};

fn check(_: &Context, _: &Progress) -> Result<Report> {
    let cached = repository::python().join("bin/cargo-deny");
    let found = repository::on_path("cargo-deny").or_else(|| cached.is_file().then_some(cached));
    let Some(program) = found else {
        return Ok(Report::not_run(
            "licences and bans of dependencies",
            "cargo-deny is not installed",
            "cargo install cargo-deny --locked",
        ));
    };
    let fetched = Process::new("cargo")
        .args(["fetch", "--locked"])
        .dir(repository::root())
        .run()?;
    if !fetched.status.success() {
        return Ok(Report::not_run(
            "licences and bans of dependencies",
            "the sources of all dependencies, those of other platforms too, are not here",
            "cargo fetch --locked",
        ));
    }
    let finished = Process::new(program)
        .args(["--offline", "--locked", "--color=never"])
        .args([
            "check",
            "--hide-inclusion-graph",
            "bans",
            "licenses",
            "sources",
        ])
        .dir(repository::root())
        .run()?;
    if finished.status.success() {
        return Ok(Report::one_passed());
    }
    Ok(Report::one_failed(format!(
        "cargo deny check\n{}",
        last_lines(&finished.text, 60)
    )))
}
