//! `cargo verify`: every check there is, each timed, with a verdict at the end.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;

use crate::repository;
use crate::screen::{Colour, Screen};
use crate::step::{Context, Ended, NotRun, Step};

mod cases;
mod dependencies;
mod examples;
mod format;
mod fuzz;
mod generated;
mod guides;
mod kills;
mod lints;
mod optimised;
mod parallel;
mod paths;
mod programs;
mod selection;
mod setup;
mod tests;

/// In this order: what fails fastest first.
const STEPS: &[Step] = &[
    setup::STEP,
    format::STEP,
    dependencies::STEP,
    lints::STEP,
    tests::STEP,
    generated::STEP,
    cases::STEP,
    kills::STEP,
    examples::STEP,
    guides::STEP,
];

/// What takes too long for every run: carried out with `--long`, or when it is named.
const LONG_STEPS: &[Step] = &[fuzz::STEP, paths::STEP];

/// Options of `cargo verify`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Carry out only this step; may be given again
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Also throw 10,000 of each kind of made-up plugin at the sandbox, and 100,000 random graphs at the search for paths
    #[arg(long)]
    long: bool,
    /// Only the acceptance cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    case: Option<String>,
    /// List the steps and end
    #[arg(long)]
    list: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
    /// Take today's output as the expected output
    #[arg(long)]
    bless: bool,
    /// Run acceptance cases on the programs as they are built, without building them again
    #[arg(long)]
    built: bool,
}

/// Carries the steps out.
///
/// # Errors
/// When a step that was asked for does not exist.
pub(crate) fn verify(arguments: &Arguments) -> Result<ExitCode> {
    let steps = chosen(&arguments.only, arguments.long)?;
    let screen = if arguments.json {
        Screen::silent()
    } else {
        Screen::new()
    };
    if arguments.list {
        for step in steps {
            screen.line(format!("{:14} {}", step.name, step.shows));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let context = Context {
        bless: arguments.bless,
        built: arguments.built,
        case: arguments.case.clone(),
    };
    let started = Instant::now();
    let ended: Vec<Ended> = steps
        .iter()
        .map(|step| carry(step, &context, screen))
        .collect();
    let verdict = Verdict::over(&ended, repository::is_ci());
    if arguments.json {
        let report = serde_json::json!({
            "steps": ended, "passed": verdict.passed, "failed": verdict.failed,
            "skipped": verdict.skipped, "seconds": started.elapsed().as_secs_f64(),
        });
        Screen::new().line(serde_json::to_string_pretty(&report)?);
    } else {
        close(&ended, &verdict, started.elapsed().as_secs_f64(), screen);
    }
    Ok(if verdict.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The steps with these names, or all of them; the long ones only when they are asked for.
fn chosen(names: &[String], long: bool) -> Result<Vec<Step>> {
    let all: Vec<Step> = STEPS.iter().chain(LONG_STEPS).copied().collect();
    if names.is_empty() {
        let last = if long { all.len() } else { STEPS.len() };
        return Ok(all.into_iter().take(last).collect());
    }
    for name in names {
        if !all.iter().any(|step| step.name == name) {
            let known: Vec<&str> = all.iter().map(|step| step.name).collect();
            bail!(
                "there is no step `{name}`; the steps are {}",
                known.join(", ")
            );
        }
    }
    let named = |step: &Step| names.iter().any(|name| name == step.name);
    Ok(all.into_iter().filter(named).collect())
}

fn carry(step: &Step, context: &Context, screen: Screen) -> Ended {
    let started = Instant::now();
    let progress = screen.progress(step.name);
    let outcome = (step.carry)(context, &progress);
    drop(progress);
    let ended = Ended::new(step.name, outcome, started.elapsed());
    let report = &ended.report;
    let (colour, mark) = if !report.failures.is_empty() {
        (Colour::Red, "FAILED ")
    } else if report.passed == 0 && !report.not_run.is_empty() {
        (Colour::Yellow, "not run")
    } else {
        (Colour::Green, "passed ")
    };
    let counts = format!(
        "{:4} passed {:3} failed",
        report.passed,
        report.failures.len()
    );
    let seconds = screen.paint(Colour::Dim, &format!("{:7.1} s", ended.seconds));
    screen.line(format!(
        "{} {:13} {counts} {seconds}",
        screen.paint(colour, mark),
        step.name
    ));
    for failure in &report.failures {
        screen.line(format!("\n{}\n", failure.trim_end()));
    }
    ended
}

/// What all steps came to.
#[derive(Debug)]
struct Verdict {
    passed: u32,
    failed: usize,
    skipped: usize,
}

impl Verdict {
    /// Adds up; where `strict`, what was not run counts as failed.
    fn over(ended: &[Ended], strict: bool) -> Self {
        let passed = ended.iter().map(|step| step.report.passed).sum();
        let failed: usize = ended.iter().map(|step| step.report.failures.len()).sum();
        let left_out: usize = ended.iter().map(|step| step.report.not_run.len()).sum();
        if strict {
            Self {
                passed,
                failed: failed + left_out,
                skipped: 0,
            }
        } else {
            Self {
                passed,
                failed,
                skipped: left_out,
            }
        }
    }
}

/// The end of the output: what was not run, the verdict, and the line that machines read.
fn close(ended: &[Ended], verdict: &Verdict, seconds: f64, screen: Screen) {
    let left_out: Vec<&NotRun> = ended.iter().flat_map(|step| &step.report.not_run).collect();
    if !left_out.is_empty() {
        screen.line("\nNot run:");
        for one in left_out {
            screen.line(format!("  {}: {}", one.what, one.why));
            screen.line(format!("    mend: {}", one.mend));
        }
    }
    let (colour, word) = if verdict.failed == 0 {
        (Colour::Green, "verified")
    } else {
        (Colour::Red, "NOT verified")
    };
    screen.line(format!(
        "\n{} in {seconds:.0} s",
        screen.paint(colour, word)
    ));
    let skipped = match verdict.skipped {
        0 => String::new(),
        count => format!(", {count} skipped"),
    };
    screen.line(format!(
        "{} passed, {} failed{skipped}",
        verdict.passed, verdict.failed
    ));
}

#[cfg(test)]
mod unit {
    use super::Verdict;
    use crate::step::{Ended, Report};

    fn ended(report: Report) -> Ended {
        Ended {
            name: "x",
            report,
            seconds: 0.0,
        }
    }

    #[test]
    fn what_was_not_run_fails_only_where_it_must_run() {
        let steps = [
            ended(Report::one_passed()),
            ended(Report::not_run("a", "b", "c")),
        ];
        assert_eq!(Verdict::over(&steps, false).failed, 0);
        assert_eq!(Verdict::over(&steps, false).skipped, 1);
        assert_eq!(Verdict::over(&steps, true).failed, 1);
    }
}
