//! A permission split as the host desires it, in the words of an account of AWS.

use std::collections::BTreeMap;

use portcullis_plugin::{Failure, objects};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::role::is_name;

/// A permission split, with the words of this connector.
pub(super) type Split = objects::Split<Settings>;

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

/// How `settings` are written.
const HINT: &str = "Write `settings = { deploy_role = \"...\", provider = \"arn:...\" }`, with `service`, `logs` and `resources` \
                    where they are needed.";

/// The split of that name.
///
/// # Errors
/// Of kind `config` when `settings` cannot be used.
pub(super) fn parse(name: &str, declared: &Map<String, Value>) -> Result<Split, Failure> {
    let split = Split::parse(name, declared, HINT)?;
    match split.settings.mistake() {
        None => Ok(split),
        Some(why) => Err(Split::unusable(name, &why, HINT)),
    }
}

impl Settings {
    /// What of them cannot be used; none when all can.
    fn mistake(&self) -> Option<String> {
        if !is_name(&self.deploy_role) {
            let shown = self.deploy_role.escape_debug();
            return Some(format!("`{shown}` is no name of a role"));
        }
        let arns = [&self.boundary, &self.service, &self.logs].into_iter();
        let mut arns = arns.flatten().chain(self.resources.values());
        if let Some(bad) = arns.find(|arn| !is_arn(arn)) {
            return Some(format!("`{}` is no ARN", bad.escape_debug()));
        }
        let shown = self.provider.escape_debug();
        issuer(&self.provider)
            .is_none()
            .then(|| format!("`{shown}` is no ARN of an OpenID Connect provider"))
    }
}

/// ARNs of the workload's roles in this account.
pub(super) fn roles(split: &Split) -> Vec<&str> {
    let (account, _) = split
        .settings
        .provider
        .split_once(":oidc-provider/")
        .unwrap_or_default();
    let here = format!("{account}:role/");
    let accounts = split.accounts.iter();
    let arns = accounts.filter_map(|account| account.strip_prefix("role:"));
    arns.filter(|arn| arn.starts_with(&here)).collect()
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
