//! The kill matrix on the installed Terraform.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::parallel;
use crate::compiled::Compiled;
use crate::killmatrix::{Kill, Matrix, Phase};
use crate::screen::Progress;
use crate::step::{Context, Report, Step};
use crate::terraform::Terraform;

pub(super) const STEP: Step = Step {
    name: "kills",
    shows: "killed at any point of any phase, the next apply converges and leaves nothing behind",
    carry: kill_everywhere,
};

fn kill_everywhere(context: &Context, progress: &Progress) -> Result<Report> {
    super::programs::build(context, progress)?;
    let matrix = Matrix::open()?;
    let compiled = Compiled::new()?;
    let terraform = Terraform::installed()?;
    let wanted = |point: &str| {
        context
            .case
            .as_ref()
            .is_none_or(|part| point.contains(part))
    };
    let mut pairs: Vec<(&str, &Phase)> = matrix.pairs();
    pairs.retain(|(point, _)| wanted(point));
    let mut report = Report::default();
    if !kubernetes_server::is_installed() {
        pairs.retain(|(_, phase)| phase.kubernetes.is_none());
        let why = "kube-apiserver or etcd is not installed";
        report.leave_out("kills on a cluster", why, kubernetes_server::INSTALL);
    }
    let report = Mutex::new(report);
    let reached = Mutex::new(BTreeSet::new());
    parallel::each(&pairs, |(point, phase)| {
        progress.note(&format!("{point} in {}", phase.name));
        let outcome = matrix.kill(&terraform, &compiled, point, phase);
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(outcome, Ok(Kill::NotReached)) {
            reached
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(*point);
        }
        match outcome {
            Ok(Kill::Converged) => report.passed += 1,
            Ok(Kill::NotReached) => {}
            Err(problem) => {
                report
                    .failures
                    .push(format!("kill at {point} in {}: {problem:#}", phase.name));
            }
        }
    });
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    let reached = reached.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A point that no phase passes would look like one that is always survived.
    let points: BTreeSet<&str> = pairs.iter().map(|(point, _)| *point).collect();
    let never = points.difference(&reached);
    report
        .failures
        .extend(never.map(|point| format!("no phase passes the point {point}")));
    report.failures.sort();
    Ok(report)
}
