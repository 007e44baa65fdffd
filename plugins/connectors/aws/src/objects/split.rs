//! A permission split as the host desires it, in the words of an account of AWS.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::role::is_name;

/// A permission split.
#[derive(Debug, Deserialize)]
pub(super) struct Split {
    /// The roles of the workload in this account, `role:<ARN>`.
    #[serde(default)]
    accounts: Vec<String>,
    pub(super) deploy: Deploy,
    pub(super) runtime: Runtime,
    pub(super) settings: Settings,
}

/// Who ships the workload, and what that includes.
#[derive(Debug, Deserialize)]
pub(super) struct Deploy {
    pub(super) subjects: Vec<String>,
    pub(super) may: Vec<String>,
}

/// Who acts as the workload beside itself, and what it may use, read and call.
#[derive(Debug, Deserialize)]
pub(super) struct Runtime {
    #[serde(default)]
    pub(super) subjects: Vec<String>,
    #[serde(default, rename = "use")]
    pub(super) uses: Vec<Use>,
    #[serde(default)]
    pub(super) read: Vec<String>,
    #[serde(default)]
    pub(super) call: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Use {
    pub(super) pool: String,
}

/// `settings` of a split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Name of the role that deployers take on.
    pub(super) deploy_role: String,
    /// ARN of the identity provider whose tokens pipelines bring; it says which account this is.
    pub(super) provider: String,
    /// Whom these tokens are for.
    #[serde(default = "sts")]
    pub(super) audience: String,
    /// ARN of the policy that limits what the deploy role may ever do.
    pub(super) boundary: Option<String>,
    /// ARN of the ECS service that deploy may change.
    pub(super) service: Option<String>,
    /// ARN of the log group that deploy may read.
    pub(super) logs: Option<String>,
    /// ARNs of what the runtime reads and calls, by the names that the split gives them.
    #[serde(default)]
    pub(super) resources: BTreeMap<String, String>,
}

fn sts() -> String {
    "sts.amazonaws.com".to_owned()
}

impl Split {
    /// # Errors
    /// Of kind `config` when `settings` cannot be used.
    pub(super) fn parse(name: &str, declared: &Map<String, Value>) -> Result<Self, Failure> {
        let refused = |why: String| {
            Failure::config(format!("`settings` of the split `{name}` cannot be used: {why}.")).remedy(
                "Write `settings = { deploy_role = \"...\", provider = \"arn:...\" }`, with `service`, `logs` and `resources` \
                 where they are needed.",
            )
        };
        let settings = declared.get("settings").cloned().unwrap_or_default();
        let settings: Settings =
            serde_json::from_value(settings).map_err(|error| refused(error.to_string()))?;
        if !is_name(&settings.deploy_role) {
            let shown = settings.deploy_role.escape_debug();
            return Err(refused(format!("`{shown}` is no name of a role")));
        }
        let arns = [&settings.boundary, &settings.service, &settings.logs];
        let mut arns = arns
            .into_iter()
            .flatten()
            .chain(settings.resources.values());
        if let Some(bad) = arns.find(|arn| !is_arn(arn)) {
            return Err(refused(format!("`{}` is no ARN", bad.escape_debug())));
        }
        if issuer(&settings.provider).is_none() {
            let shown = settings.provider.escape_debug();
            return Err(refused(format!(
                "`{shown}` is no ARN of an OpenID Connect provider"
            )));
        }
        Ok(serde_json::from_value(Value::Object(declared.clone()))?)
    }

    /// ARNs of the workload's roles in this account.
    pub(super) fn roles(&self) -> Vec<&str> {
        let (account, _) = self
            .settings
            .provider
            .split_once(":oidc-provider/")
            .unwrap_or_default();
        let here = format!("{account}:role/");
        let accounts = self.accounts.iter();
        let arns = accounts.filter_map(|account| account.strip_prefix("role:"));
        arns.filter(|arn| arn.starts_with(&here)).collect()
    }
}

/// The issuer of an identity provider, as its ARN has it.
pub(super) fn issuer(provider: &str) -> Option<&str> {
    let (_, issuer) = provider.split_once(":oidc-provider/")?;
    is_arn(provider).then_some(issuer)
}

/// Whether a text is an ARN without a wildcard, so that a setting names one thing.
fn is_arn(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '*' | '?' | '"' | '\\' | '$');
    text.starts_with("arn:") && text.splitn(6, ':').count() == 6 && text.chars().all(plain)
}
