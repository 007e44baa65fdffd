//! Calling a check.

use std::sync::Arc;

use serde_json::Value;

use crate::audit::Audited;
use crate::call::{failed, stopped, within};
use crate::error::PluginError;
use crate::grants::Phase;
use crate::host::{Host, Loaded};
use crate::http::Records;
use crate::limits::Limits;
use crate::lock::PluginRef;
use crate::manifest::World;
use crate::record::Finding;

/// A check with its configuration. Nothing is loaded before it runs.
#[derive(Clone, Debug)]
pub struct Check {
    host: Host,
    plugin: PluginRef,
    config: Value,
    limits: Arc<Limits>,
}

impl Check {
    pub(crate) fn new(host: Host, plugin: PluginRef, config: Value) -> Self {
        Self {
            limits: Arc::clone(&host.inner.limits),
            host,
            plugin,
            config,
        }
    }

    /// The check with limits of its own in place of the host's. [`Limits::checked`] compares them with their maxima.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self {
            limits: Arc::new(limits),
            ..self
        }
    }

    /// Judges a plan document (`sdk/plan-document.md`). Findings beyond the limit are counted in one finding.
    ///
    /// # Errors
    /// When the check gives no verdict, which is neither a pass nor a finding.
    pub async fn run(&self, plan: &str) -> Result<Vec<Finding>, PluginError> {
        let audit = self.host.inner.audit.clone();
        let audited = Audited::new(audit, &self.plugin, "run", Phase::Plan, Records::default());
        audited.end(self.judged(plan).await)
    }

    async fn judged(&self, plan: &str) -> Result<Vec<Finding>, PluginError> {
        let loaded = self.host.load(&self.plugin, World::Check).await?;
        let limits = &self.limits;
        let call = self.evaluate(&loaded, plan);
        within(&self.plugin, limits, limits.check_wall, call).await
    }

    async fn evaluate(&self, loaded: &Loaded, plan: &str) -> Result<Vec<Finding>, PluginError> {
        let name = &self.plugin.entry.name;
        let limits = &self.limits;
        let mut store = self.host.store(loaded, Arc::clone(limits), None).await?;
        let called = async {
            let guest = loaded.parts.evaluation()?;
            let guest = guest.instantiate_async(&mut store).await?;
            let evaluation = guest.portcullis_plugin_evaluation();
            evaluation
                .call_run(&mut store, &plan.to_owned(), &self.config.to_string())
                .await
        };
        let findings = called
            .await
            .map_err(|error| stopped(&store, &self.plugin, limits, &error))?
            .map_err(|failure| failed(name, &failure))?;
        let (kept, dropped) = findings.split_at(findings.len().min(limits.findings));
        let mut shown: Vec<Finding> = kept
            .iter()
            .map(|finding| Finding::of_guest(finding, limits.finding_bytes))
            .collect();
        if !dropped.is_empty() {
            shown.push(Finding::dropped(name, kept.len(), dropped));
        }
        Ok(shown)
    }
}
