//! A permission split as the host desires it, in the words of this cluster.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;
use serde::Deserialize;
use serde_json::{Value, json};

use super::place::is_name;

/// A permission split.
#[derive(Debug, Deserialize)]
pub(super) struct Split {
    /// The service accounts of the workload on this cluster, `sa:<namespace>/<name>`.
    #[serde(default)]
    pub(super) accounts: Vec<String>,
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

impl Split {
    /// # Errors
    /// Of kind `config` when `settings` cannot be used.
    pub(super) fn parse(name: &str, attributes: &Value) -> Result<Self, Failure> {
        let refused = |why: String| {
            Failure::config(format!(
                "`settings` of the split `{name}` cannot be used: {why}."
            ))
            .remedy(
                "Write `settings = { namespace = \"...\" }`, with `workloads`, `service_accounts` and `secrets` where they are \
                 needed.",
            )
        };
        let settings = attributes.get("settings").cloned().unwrap_or_default();
        let settings: Settings =
            serde_json::from_value(settings).map_err(|error| refused(error.to_string()))?;
        let named = settings.workloads.iter().flatten();
        let named = named
            .chain(&settings.service_accounts)
            .chain(&settings.secrets);
        let mut named = named.chain([&settings.namespace]);
        if let Some(bad) = named.find(|name| !is_name(name)) {
            return Err(refused(format!(
                "`{}` is no name that Kubernetes gives",
                bad.escape_debug()
            )));
        }
        let split: Self = serde_json::from_value(attributes.clone())?;
        Ok(split)
    }

    /// Names of the workload's accounts that are in the namespace of the split.
    pub(super) fn account_names(&self) -> Vec<&str> {
        let here = format!("sa:{}/", self.settings.namespace);
        let accounts = self.accounts.iter();
        accounts
            .filter_map(|account| account.strip_prefix(&here))
            .collect()
    }
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
    use super::{Bound, Split};
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
            let failure = Split::parse("production/fraud", &attributes).unwrap_err();
            assert_eq!(failure.kind, "config");
            assert!(failure.message.contains(named), "{}", failure.message);
        }
    }
}
