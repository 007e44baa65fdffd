//! The configured checks, and what they are shown.

mod configured;
mod document;
mod finding;
mod summary;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_plugin_host::{Finding, PluginError};
use serde_json::Value as Json;
use tfplugin::resource::Plan;
use tfplugin::{Outcome, Report};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use crate::configured::Configured;
use crate::lifecycle::Recorded;
use crate::policy::OnProblem;
use crate::said::said;
pub use configured::{ConfiguredCheck, check, validate};
pub(crate) use document::json;
use document::{Document, Edition};

/// All checks, and what this plan declared so far, which is what they judge.
#[derive(Debug, Default)]
pub struct Checks {
    checks: Vec<Arc<ConfiguredCheck>>,
    document: Arc<Mutex<Document>>,
    /// The inventory as the document tells it: read once a run.
    inventory: OnceCell<Arc<Json>>,
    /// Findings about other resources, and failures, that were shown already.
    shown: Mutex<BTreeSet<(String, String)>>,
}

impl Checks {
    /// These checks, before anything is planned.
    #[must_use]
    pub fn new(checks: Vec<ConfiguredCheck>) -> Self {
        Self {
            checks: checks.into_iter().map(Arc::new).collect(),
            ..Self::default()
        }
    }

    /// Lets every check, side by side, judge the plan as far as it is known, this resource included. No answer is not a
    /// pass: what it does to the plan is the policy of that check.
    ///
    /// # Errors
    /// When inventory or ledger, which checks are shown, cannot be read.
    pub async fn judge<R: Recorded>(&self, plan: &mut Plan<R>, provider: &Configured) -> Outcome {
        if self.checks.is_empty() {
            return Ok(());
        }
        let address = document::address(&plan.planned);
        let resource = document::resource(&address, plan);
        let inventory = self.inventory(provider).await?;
        let promised = provider.promised().await?;
        let ledger = provider.ledger.id().await.map_err(said)?.is_some();
        let first = lock(&self.document).put(address.clone(), &resource);
        let mut asked = JoinSet::new();
        for (position, check) in self.checks.iter().cloned().enumerate() {
            let (document, board) = (Arc::clone(&self.document), provider.board.clone());
            let (inventory, promised) = (Arc::clone(&inventory), Arc::clone(&promised));
            // Only when it is written: by then the document may hold what others declared meanwhile.
            let write = move || -> Edition {
                let access = || summary::access(&board.lock(), &promised, ledger);
                lock(&document).edition(&inventory, access)
            };
            asked.spawn(async move { (position, check.answer(first, write).await) });
        }
        let mut answers = asked.join_all().await;
        answers.sort_by_key(|(position, _)| *position);
        for (check, (_, answer)) in self.checks.iter().zip(answers) {
            match &*answer {
                Ok(findings) => self.show(check, findings, &address, &mut plan.report),
                Err(error) => self.failed(check, error, &mut plan.report),
            }
        }
        Ok(())
    }

    async fn inventory(&self, provider: &Configured) -> Outcome<Arc<Json>> {
        let read = || async {
            let holders = provider.holders().await?;
            let snapshot = provider.shown().await;
            let mut told = summary::inventory(&snapshot, holders.keys());
            if let Json::Array(sources) = &mut told {
                // What is not shown must not look like nothing.
                sources.extend(provider.confidential().map(summary::confidential));
            }
            Ok::<_, tfplugin::Stop>(Arc::new(told))
        };
        self.inventory.get_or_try_init(read).await.cloned()
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
            let about = format!("{} {} {}", finding.address, finding.code, finding.detail);
            if here || self.is_news(&check.label, about) {
                report.push(finding::diagnostic(check, finding, here));
            }
        }
    }

    /// A check that fails, fails for every resource, and none of them may be applied without its verdict. Where that is
    /// allowed it is said once.
    fn failed(&self, check: &ConfiguredCheck, error: &PluginError, report: &mut Report) {
        if check.on_failure == OnProblem::Error || self.is_news(&check.label, error.to_string()) {
            let told = said(error);
            report.push(check.on_failure.diagnostic(&told.summary, told.detail));
        }
    }

    fn is_news(&self, check: &str, about: String) -> bool {
        lock(&self.shown).insert((check.to_owned(), about))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while writing leaves whole entries, so what is there is still true.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
