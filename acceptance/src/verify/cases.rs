//! Every acceptance case, on every Terraform that is here.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::parallel;
use crate::browser::Browser;
use crate::case::{Case, Runner};
use crate::compiled::Compiled;
use crate::golden::Normaliser;
use crate::repository;
use crate::screen::Progress;
use crate::servers::prometheus::Prometheus;
use crate::step::{Context, Report, Step};
use crate::terraform::Terraform;

pub(super) const STEP: Step = Step {
    name: "cases",
    shows: "acceptance cases on the installed Terraform and on 1.15",
    carry: run_all,
};

fn run_all(context: &Context, progress: &Progress) -> Result<Report> {
    super::programs::build(context, progress)?;
    let mut cases = Case::all(&repository::root().join("acceptance/cases"))?;
    if let Some(part) = &context.case {
        cases.retain(|case| case.name.contains(part));
    }
    let mut report = Report::default();
    leave_out_without_server(&mut cases, &mut report);
    let mut terraforms = vec![Terraform::installed()?];
    match Terraform::embedded() {
        Ok(embedded) => terraforms.push(embedded),
        Err(missing) => report.not_run.push(missing),
    }
    let normaliser = Normaliser::new()?;
    let compiled = Compiled::new()?;
    for terraform in &terraforms {
        let runner = Runner {
            terraform,
            normaliser: &normaliser,
            compiled: &compiled,
            bless: context.bless,
        };
        report.add(run_on(&runner, &cases, progress));
    }
    Ok(report)
}

/// Takes away the cases whose server is not installed here.
fn leave_out_without_server(cases: &mut Vec<Case>, report: &mut Report) {
    let (prometheus, kubernetes) = (
        Prometheus::is_installed(),
        kubernetes_server::is_installed(),
    );
    let (slurm, openbao) = (slurm_server::is_installed(), openbao_server::is_installed());
    cases.retain(|case| {
        let (why, mend) = if case.description.prometheus.is_some() && !prometheus {
            ("Prometheus is not installed", "apt-get install prometheus")
        } else if case.description.kubernetes.is_some() && !kubernetes {
            (
                "kube-apiserver or etcd is not installed",
                kubernetes_server::INSTALL,
            )
        } else if case.description.slurm.is_some() && !slurm {
            ("Slurm is not installed", slurm_server::INSTALL)
        } else if case.description.aws.is_some() && !moto_server::is_installed() {
            ("moto is not installed", moto_server::INSTALL)
        } else if case.description.openbao.is_some() && !openbao {
            ("OpenBao is not installed", openbao_server::INSTALL)
        } else if case.opens_a_browser() && !Browser::is_installed() {
            ("Chromium is not installed", "apt-get install chromium")
        } else {
            return true;
        };
        report.leave_out(&format!("case {}", case.name), why, mend);
        false
    });
}

/// The cases on one Terraform, each in a workspace of its own.
fn run_on(runner: &Runner<'_>, cases: &[Case], progress: &Progress) -> Report {
    let report = Mutex::new(Report::default());
    let version = &runner.terraform.version;
    parallel::each(cases, |case| {
        progress.note(&format!("{} on {version}", case.name));
        let outcome = runner.run(case);
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(()) => report.passed += 1,
            Err(problem) => {
                let name = &case.name;
                report
                    .failures
                    .push(format!("case {name} on Terraform {version}: {problem:#}"));
            }
        }
    });
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.failures.sort();
    report
}
