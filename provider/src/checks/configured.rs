//! One check of the provider block, and what it said last.

use std::sync::Arc;

use portcullis_plugin_host::{Check, Finding, Limits, Lock, PluginError, PluginRef};
use tfplugin::field::Text;
use tfplugin::{Outcome, Path, Stop};
use tokio::sync::Mutex;

use super::document::Edition;
use crate::audit::Installed;
use crate::config::CheckBlock;
use crate::plugin_config::PluginConfig;
use crate::policy::OnProblem;
use crate::said::said;
use crate::sources::{Plugins, all, stop_at};

/// One `check "label" {}` of the provider block.
#[derive(Debug)]
pub struct ConfiguredCheck {
    /// Its label.
    pub label: String,
    /// The component with its configuration.
    pub check: Check,
    /// The component alone, for the record: a check has no rights.
    pub installed: Installed,
    /// What a finding does to the plan.
    pub on_finding: OnProblem,
    /// What a check that gives no verdict does to the plan.
    pub on_failure: OnProblem,
    latest: Mutex<Option<Latest>>,
}

/// What a check said of one edition of the plan document.
type Answer = Arc<Result<Vec<Finding>, PluginError>>;

#[derive(Debug)]
struct Latest {
    edition: u64,
    answer: Answer,
}

impl ConfiguredCheck {
    /// A check that was not asked yet.
    #[must_use]
    pub fn new(
        label: &str,
        plugin: &PluginRef,
        check: Check,
        on_finding: OnProblem,
        on_failure: OnProblem,
    ) -> Self {
        Self {
            label: label.to_owned(),
            installed: Installed::new(label, plugin, &[]),
            check,
            on_finding,
            on_failure,
            latest: Mutex::default(),
        }
    }

    /// What the check says of edition `first` of the plan document or a later one. Terraform plans resources side by
    /// side; those that wait while the check runs are all answered by its next run, which sees them together.
    pub(super) async fn answer(&self, first: u64, write: impl FnOnce() -> Edition) -> Answer {
        let mut latest = self.latest.lock().await;
        if let Some(said) = &*latest
            && said.edition >= first
        {
            return Arc::clone(&said.answer);
        }
        let edition = write();
        let answer = Arc::new(self.check.run(&edition.text).await);
        *latest = Some(Latest {
            edition: edition.number,
            answer: Arc::clone(&answer),
        });
        answer
    }
}

/// The check that `check "label" {}` describes. Nothing is loaded yet.
///
/// # Errors
/// What is wrong with the block, at its attribute.
pub fn check(label: &str, block: &CheckBlock, plugins: &Plugins) -> Outcome<ConfiguredCheck> {
    let made = || {
        let plugin = pinned(block, &plugins.lock)?;
        let config = PluginConfig::of(&block.config)?.known()?;
        let check = plugins.host.check(&plugin, config);
        let policy =
            |given: Option<&Text<OnProblem>>| given.map(|text| *text.value()).unwrap_or_default();
        Ok(ConfiguredCheck::new(
            label,
            &plugin,
            check.with_limits(limits(block)?),
            policy(block.on_finding.get()?),
            policy(block.on_failure.get()?),
        ))
    };
    made().map_err(|stop| stop_at(stop, &at(label)))
}

/// What can be said of `check "label" {}` before it is called, even while some of it is unknown.
///
/// # Errors
/// What is wrong with the block, at its attribute.
pub fn validate(label: &str, block: &CheckBlock, lock: &Lock) -> Outcome {
    let configured = || {
        let faults = PluginConfig::of(&block.config)?.faults(&pinned(block, lock)?);
        if faults.is_empty() {
            return Ok(());
        }
        Err(Stop::Failed(faults.into_iter().collect()))
    };
    all([configured(), limits(block).map(drop)]).map_err(|stop| stop_at(stop, &at(label)))
}

fn limits(block: &CheckBlock) -> Outcome<Limits> {
    match block.limits.get()? {
        Some(limits) => limits.limits(),
        None => Ok(Limits::default()),
    }
}

fn pinned(block: &CheckBlock, lock: &Lock) -> Outcome<PluginRef> {
    let plugin = lock.plugin(block.plugin.get()?);
    Ok(plugin.map_err(|error| said(error).at(Path::root().attribute("plugin")))?)
}

fn at(label: &str) -> Path {
    Path::root().attribute("check").key(label)
}
