//! The configured checks, and what they are shown.

mod document;
mod finding;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use portcullis_plugin_host::{Check, Finding};
use serde_json::Value as Json;
use tfplugin::resource::Plan;
use tfplugin::{Outcome, Report};

use crate::lifecycle::Recorded;
use crate::policy::OnProblem;
use crate::said::said;

/// One `check "label" {}` of the provider block.
#[derive(Debug)]
pub struct ConfiguredCheck {
    /// Its label.
    pub label: String,
    /// The component with its configuration.
    pub check: Check,
    /// What a finding does to the plan.
    pub on_finding: OnProblem,
}

/// All checks, and what this plan declared so far, which is what they judge.
#[derive(Debug, Default)]
pub struct Checks {
    checks: Vec<ConfiguredCheck>,
    resources: Mutex<BTreeMap<String, Json>>,
    /// Findings about other resources that were shown already.
    shown: Mutex<BTreeSet<(String, String, String)>>,
}

impl Checks {
    /// These checks, before anything is planned.
    #[must_use]
    pub fn new(checks: Vec<ConfiguredCheck>) -> Self {
        Self {
            checks,
            ..Self::default()
        }
    }

    /// Lets every check judge the plan as far as it is known, this resource included. A check that cannot answer refuses
    /// the plan: no answer is not a pass.
    ///
    /// # Errors
    /// None: what checks say is reported.
    pub async fn judge<R: Recorded>(&self, plan: &mut Plan<R>) -> Outcome {
        if self.checks.is_empty() {
            return Ok(());
        }
        let address = document::address(&plan.planned);
        let resource = document::resource(&address, plan);
        let text = {
            let mut resources = self
                .resources
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            resources.insert(address.clone(), resource);
            document::document(&resources)
        };
        for configured in &self.checks {
            match configured.check.run(&text).await {
                Ok(findings) => self.show(configured, &findings, &address, &mut plan.report),
                Err(error) => plan.report.push(said(error)),
            }
        }
        Ok(())
    }

    fn show(
        &self,
        check: &ConfiguredCheck,
        findings: &[Finding],
        address: &str,
        report: &mut Report,
    ) {
        for finding in findings {
            let here = finding.address == address;
            if here || self.is_news(finding) {
                report.push(finding::diagnostic(check, finding, here));
            }
        }
    }

    fn is_news(&self, finding: &Finding) -> bool {
        let key = (
            finding.address.clone(),
            finding.code.clone(),
            finding.detail.clone(),
        );
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key)
    }
}
