//! Every acceptance case, on every Terraform that is here.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::Result;

use crate::case::{Case, Runner};
use crate::golden::Normaliser;
use crate::process::Process;
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};
use crate::terraform::Terraform;

pub(super) const STEP: Step = Step {
    name: "cases",
    shows: "acceptance cases on the installed Terraform and on 1.15",
    carry: run_all,
};

fn run_all(context: &Context, progress: &Progress) -> Result<Report> {
    build(progress)?;
    let mut cases = Case::all(&repository::root().join("acceptance/cases"))?;
    if let Some(part) = &context.case {
        cases.retain(|case| case.name.contains(part));
    }
    let mut report = Report::default();
    let mut terraforms = vec![Terraform::installed()?];
    match Terraform::embedded() {
        Ok(embedded) => terraforms.push(embedded),
        Err(missing) => report.not_run.push(missing),
    }
    let normaliser = Normaliser::new()?;
    for terraform in &terraforms {
        let runner = Runner {
            terraform,
            normaliser: &normaliser,
            bless: context.bless,
        };
        report.add(run_on(&runner, &cases, progress));
    }
    Ok(report)
}

/// Builds the programs that cases run.
fn build(progress: &Progress) -> Result<()> {
    Process::new("cargo")
        .args([
            "build",
            "--locked",
            "--package",
            "portcullis",
            "--package",
            "fake-nvml",
        ])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build")
        .map(|_| ())
}

/// The cases on one Terraform, as many at a time as there are cores: each has a workspace of its own.
fn run_on(runner: &Runner<'_>, cases: &[Case], progress: &Progress) -> Report {
    let next = AtomicUsize::new(0);
    let report = Mutex::new(Report::default());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = runner.run(case);
                    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
                    progress.note(&format!("{} on {}", case.name, runner.terraform.version));
                    match outcome {
                        Ok(()) => report.passed += 1,
                        Err(problem) => report.failures.push(format!(
                            "case {} on Terraform {}: {problem:#}",
                            case.name, runner.terraform.version
                        )),
                    }
                }
            });
        }
    });
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.failures.sort();
    report
}
