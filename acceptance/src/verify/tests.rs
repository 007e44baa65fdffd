//! `cargo test` over the workspace, its closing lines added up.

use anyhow::Result;
use regex_lite::Regex;

use crate::process::{Process, last_lines};
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, NotRun, Report, Step};

pub(super) const STEP: Step = Step {
    name: "tests",
    shows: "unit, property, snapshot and plugin tests of every crate",
    carry: test,
};

fn test(context: &Context, progress: &Progress) -> Result<Report> {
    // Tests of the protocol start its examples. Those of other crates are there to be read and measured, and the step of
    // lints compiles them.
    Process::new("cargo")
        .args(["build", "--workspace", "--locked"])
        .args(STARTED.iter().flat_map(|example| ["--example", example]))
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build of examples")?;
    let mut report = Report::default();
    for targets in [&["--lib", "--bins", "--tests"][..], &["--doc"]] {
        report.add(run(targets, context, progress)?);
    }
    if report.passed == 0 && report.failures.is_empty() {
        report.failures.push("cargo test ran no test".to_owned());
    }
    Ok(report)
}

/// The examples of the protocol's crate that its tests start.
const STARTED: [&str; 4] = ["echo", "minimal", "warehouse", "wire"];

fn run(targets: &[&str], context: &Context, progress: &Progress) -> Result<Report> {
    let process = Process::new("cargo")
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .args(targets)
        .args(["--", "--show-output"])
        .dir(repository::root())
        .env("INSTA_UPDATE", if context.bless { "always" } else { "no" });
    let finished = process.watched(|line| progress.note(line))?;
    let mut report = read(&finished.text)?;
    if !finished.status.success() && report.failures.is_empty() {
        report
            .failures
            .push(format!("cargo test\n{}", last_lines(&finished.text, 80)));
    }
    Ok(report)
}

/// Reads the closing line of each test program, the failures' own output, and what tests say they left out.
fn read(text: &str) -> Result<Report> {
    let closing = Regex::new(r"^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored")?;
    let failed = Regex::new(r"^test (\S+) .*\bFAILED$")?;
    let mut report = Report::default();
    for line in text.lines() {
        if let Some(found) = closing.captures(line) {
            report.passed += number(found.get(1));
            for _ in 0..number(found.get(3)) {
                report.leave_out(
                    "an ignored test",
                    "it is marked #[ignore]",
                    "cargo test -- --ignored",
                );
            }
        } else if let Some(found) = failed.captures(line) {
            let name = found.get(1).map_or("", |name| name.as_str());
            report
                .failures
                .push(format!("test {name}\n{}", output_of(name, text)));
        } else if let Some(rest) = line.strip_prefix("not run: ") {
            report.not_run.push(left_out(rest));
        }
    }
    Ok(report)
}

fn number(found: Option<regex_lite::Match<'_>>) -> u32 {
    found
        .and_then(|digits| digits.as_str().parse().ok())
        .unwrap_or_default()
}

/// `<what> (needs <that>)` in parts.
fn left_out(rest: &str) -> NotRun {
    let (what, needs) = rest.split_once(" (needs ").unwrap_or((rest, ""));
    let needs = needs.trim_end_matches(')');
    NotRun {
        what: what.to_owned(),
        why: format!("needs {needs}"),
        mend: format!("put {needs} in its place and run `cargo verify --only tests`"),
    }
}

/// What libtest printed of one test: from its heading to the next.
fn output_of(name: &str, text: &str) -> String {
    let heading = format!("---- {name} stdout ----");
    let Some((_, after)) = text.split_once(&heading) else {
        return String::new();
    };
    let ends = |line: &&str| line.starts_with("---- ") || line.starts_with("test result: ");
    let lines: Vec<&str> = after
        .lines()
        .take_while(|line| !ends(line))
        .take(60)
        .collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod unit {
    use super::read;

    const PRINTED: &str = "\
running 2 tests
test adds ... ok
test subtracts ... FAILED

successes:

---- adds stdout ----
not run: the large fleet (needs ../shared/data/gpu)

failures:

---- subtracts stdout ----
left: 1
right: 2

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out
";

    #[test]
    fn closing_lines_failures_and_gaps_are_read() {
        let report = read(PRINTED).unwrap();
        assert_eq!(report.passed, 4);
        assert_eq!(report.failures, ["test subtracts\nleft: 1\nright: 2"]);
        assert_eq!(report.not_run.len(), 2);
        assert_eq!(report.not_run[0].what, "the large fleet");
        assert_eq!(report.not_run[0].why, "needs ../shared/data/gpu");
    }
}
