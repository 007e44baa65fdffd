//! A permission split as the host desires it, in the words of this cluster.

use std::collections::BTreeMap;

use portcullis_plugin::{Failure, objects};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::place::is_name;

/// A permission split, with the words of this connector.
pub(super) type Split = objects::Split<Settings>;

/// `settings` of a split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// The namespace that the workload is deployed to.
    pub(super) namespace: String,
    /// The Deployments, StatefulSets and DaemonSets that deploy may change, by name; all of the namespace, and new ones, without
    /// it.
    pub(super) workloads: Option<Vec<String>>,
    /// The service accounts that pod templates of deploy may name.
    #[serde(default = "no_account_of_its_own")]
    pub(super) service_accounts: Vec<String>,
    /// The secrets that pod templates of deploy may use.
    #[serde(default)]
    pub(super) secrets: Vec<String>,
}

/// The account of pods that name none.
fn no_account_of_its_own() -> Vec<String> {
    vec!["default".to_owned()]
}

/// How `settings` are written.
const HINT: &str = "Write `settings = { namespace = \"...\" }`, with `workloads`, `service_accounts` and `secrets` where they are \
                    needed.";

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
        let named = self.workloads.iter().flatten();
        let named = named.chain(&self.service_accounts).chain(&self.secrets);
        let mut named = named.chain([&self.namespace]);
        let bad = named.find(|name| !is_name(name))?;
        let shown = bad.escape_debug();
        Some(format!("`{shown}` is no name that Kubernetes gives"))
    }
}

/// Names of the workload's accounts that are in the namespace of the split.
pub(super) fn account_names(split: &Split) -> Vec<&str> {
    let here = format!("sa:{}/", split.settings.namespace);
    let accounts = split.accounts.iter();
    accounts
        .filter_map(|account| account.strip_prefix(&here))
        .collect()
}

/// Somebody whom a binding can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    Account { namespace: String, name: String },
    User(String),
    Group(String),
}

impl Bound {
    /// Whom a binding has to name for a subject: the subject itself where the cluster knows it, else the accounts whose
    /// credentials it holds by the connector's configuration.
    pub(super) fn of(subject: &str, assumed_by: &BTreeMap<String, Vec<String>>) -> Vec<Self> {
        if let Some(bound) = Self::known(subject) {
            return vec![bound];
        }
        assumed_by
            .iter()
            .filter(|(_, holders)| holders.iter().any(|holder| holder == subject))
            .filter_map(|(account, _)| Self::known(account))
            .collect()
    }

    fn known(subject: &str) -> Option<Self> {
        let (kind, rest) = subject.split_once(':')?;
        match (kind, rest.split_once('/')) {
            ("user", _) => Some(Self::User(rest.to_owned())),
            ("group", _) => Some(Self::Group(rest.to_owned())),
            ("sa", Some((namespace, name))) if is_name(namespace) && is_name(name) => {
                Some(Self::Account {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => None,
        }
    }

    /// As [`Bound::subject`] wrote it.
    pub(super) fn written(subject: &Value) -> Option<Self> {
        let text = |name: &str| Some(subject.get(name)?.as_str()?.to_owned());
        match text("kind")?.as_str() {
            "User" => text("name").map(Self::User),
            "Group" => text("name").map(Self::Group),
            _ => Some(Self::Account {
                namespace: text("namespace")?,
                name: text("name")?,
            }),
        }
    }

    /// What facts about access call such somebody.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Account { .. } => "service-account",
            Self::User(_) => "human",
            Self::Group(_) => "group",
        }
    }

    /// As facts about access write it.
    pub(super) fn id(&self) -> String {
        match self {
            Self::Account { namespace, name } => format!("sa:{namespace}/{name}"),
            Self::User(name) => format!("user:{name}"),
            Self::Group(name) => format!("group:{name}"),
        }
    }

    /// As a binding writes it, with what a server would add.
    pub(super) fn subject(&self) -> Value {
        const GROUP: &str = "rbac.authorization.k8s.io";
        match self {
            Self::Account { namespace, name } => {
                json!({"kind": "ServiceAccount", "name": name, "namespace": namespace})
            }
            Self::User(name) => json!({"kind": "User", "apiGroup": GROUP, "name": name}),
            Self::Group(name) => json!({"kind": "Group", "apiGroup": GROUP, "name": name}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, parse};
    use serde_json::json;

    #[test]
    fn a_pipeline_is_the_accounts_whose_credentials_it_holds() {
        let assumed_by = [
            ("sa:infer/fraud-deploy", "ci:github:acme/fraud:ref:main"),
            ("sa:infer/other", "ci:github:acme/other"),
        ]
        .map(|(account, holder)| (account.to_owned(), vec![holder.to_owned()]));
        let of = |subject| {
            let bound = Bound::of(subject, &assumed_by.clone().into());
            bound.iter().map(Bound::id).collect::<Vec<_>>()
        };
        assert_eq!(
            of("ci:github:acme/fraud:ref:main"),
            ["sa:infer/fraud-deploy"]
        );
        assert_eq!(of("sa:infer/a"), ["sa:infer/a"]);
        assert_eq!(of("group:ml-release"), ["group:ml-release"]);
        assert_eq!(of("ci:github:acme/nobody"), [""; 0]);
        assert_eq!(of("sa:other-cluster/infer/a"), [""; 0]);
    }

    #[test]
    fn settings_with_a_mistake_name_it() {
        for (settings, named) in [
            (json!({}), "namespace"),
            (json!({"namespace": "infer", "workload": ["a"]}), "workload"),
            (json!({"namespace": "infer", "workloads": ["a/b"]}), "`a/b`"),
            (
                json!({"namespace": "infer", "service_accounts": ["'] || true || ['"]}),
                "no name",
            ),
        ] {
            let attributes = json!({
                "deploy": {"subjects": [], "may": []}, "runtime": {}, "settings": settings,
            });
            let declared = attributes.as_object().unwrap();
            let failure = parse("production/fraud", declared).unwrap_err();
            assert_eq!(failure.kind, "config");
            assert!(failure.message.contains(named), "{}", failure.message);
        }
    }
}
