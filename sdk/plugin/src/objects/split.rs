//! A permission split as the host desires it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Term, settings};
use crate::Failure;

/// A permission split: what an object of kind `grant` is desired to be. `S` is `settings`, the connector's own words.
///
/// Subjects of this connector are in its own words, `sa:infer/ci`; all others are as the configuration has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split<S> {
    /// The workload's key, `production/fraud-scorer`.
    pub workload: String,
    /// Its SPIFFE ID.
    pub spiffe_id: String,
    /// The workload's accounts at this connector, as [`Told::account`](super::Told::account) of its identities had them. Empty
    /// when no identity of it is kept here.
    pub accounts: Vec<String>,
    /// Who ships it, and what that includes.
    pub deploy: Deploy,
    /// Who acts as it, and what it may use, read and call.
    pub runtime: Runtime,
    /// The connector's own words.
    pub settings: S,
}

/// Who ships a workload, and what that includes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Deploy {
    /// `ci:github:acme/fraud:ref:main`, `group:ml-release`, `user:ana` ...
    pub subjects: Vec<String>,
    /// `rollout`, `rollback`, `read_logs`. A connector meets verbs that are younger than it is: a clause of one is advisory.
    pub may: Vec<String>,
}

/// Who acts as a workload beside itself, and what it may use, read and call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Runtime {
    /// Who may act as it, beside itself.
    pub subjects: Vec<String>,
    /// GPUs that it may use.
    #[serde(rename = "use")]
    pub uses: Vec<Use>,
    /// Objects that it may read, `vault:secret/models/fraud`.
    pub read: Vec<String>,
    /// Services that it may call, `service:ledger-api`.
    pub call: Vec<String>,
}

/// GPUs that a workload may use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Use {
    /// Key of the pool.
    pub pool: String,
    /// Most GPUs at a time; no limit without it.
    #[serde(default)]
    pub max_gpus: Option<u64>,
}

/// A split without the connector's own words.
#[derive(Deserialize)]
struct Bare {
    #[serde(default)]
    workload: String,
    #[serde(default)]
    spiffe_id: String,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    deploy: Deploy,
    #[serde(default)]
    runtime: Runtime,
}

impl<S: DeserializeOwned> Split<S> {
    /// Reads the split of that name from what was [`declared`](super::declared). `hint` says how `settings` are written.
    ///
    /// # Errors
    /// Of kind `config`, naming what is wrong, when `settings` do not have the shape of `S`; of kind `malformed` when anything
    /// else is not as sdk/objects.md has it.
    pub fn parse(name: &str, declared: &Map<String, Value>, hint: &str) -> Result<Self, Failure> {
        let settings = settings(&format!("split `{name}`"), declared, hint)?;
        let bare: Bare = serde_json::from_value(Value::Object(declared.clone()))?;
        Ok(Self {
            workload: bare.workload,
            spiffe_id: bare.spiffe_id,
            accounts: bare.accounts,
            deploy: bare.deploy,
            runtime: bare.runtime,
            settings,
        })
    }
}

impl<S> Split<S> {
    /// Every term of the split, once, in the order in which people read it. A connector tells a clause for each.
    pub fn terms(&self) -> impl Iterator<Item = Term<'_>> {
        let runtime = &self.runtime;
        let may = self.deploy.may.iter().map(|verb| Term::DeployMay(verb));
        may.chain([Term::DeployStaysOut])
            .chain(runtime.uses.iter().map(|used| Term::Use(&used.pool)))
            .chain(runtime.read.iter().map(|object| Term::Read(object)))
            .chain(runtime.call.iter().map(|object| Term::Call(object)))
            .chain(runtime.subjects.iter().map(|who| Term::ActAs(who)))
    }

    /// `settings` that read and cannot be used, as a failure of kind `config`; `why` is the end of a sentence.
    #[must_use]
    pub fn unusable(name: &str, why: &str, hint: &str) -> Failure {
        super::unusable(&format!("split `{name}`"), why).remedy(hint)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Map, Value, json};

    use super::Split;

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Settings {
        place: String,
    }

    fn parsed(declared: Value) -> Result<Split<Settings>, String> {
        let Value::Object(declared) = declared else {
            return Ok(Split::parse("a/b", &Map::new(), "").unwrap());
        };
        let parsed = Split::parse("a/b", &declared, "Write `place`.");
        parsed.map_err(|failure| format!("{}: {}", failure.kind, failure.message))
    }

    #[test]
    fn every_term_is_there_once_in_the_order_of_reading() {
        let split = parsed(json!({
            "deploy": {"subjects": ["user:a"], "may": ["rollout", "rollback"]},
            "runtime": {
                "subjects": ["group:oncall"], "use": [{"pool": "p", "max_gpus": null}, {"pool": "q", "max_gpus": 4}],
                "read": ["vault:a"], "call": ["service:b"],
            },
            "settings": {"place": "infer"},
        }))
        .unwrap();
        let terms: Vec<String> = split.terms().map(|term| term.to_string()).collect();
        assert_eq!(
            terms,
            [
                "deploy may rollout",
                "deploy may rollback",
                "deploy stays out of runtime",
                "runtime use p",
                "runtime use q",
                "runtime read vault:a",
                "runtime call service:b",
                "runtime act as group:oncall",
            ]
        );
        assert_eq!(split.settings.place, "infer");
        let limits = split.runtime.uses.iter().map(|used| used.max_gpus);
        assert_eq!(limits.collect::<Vec<_>>(), [None, Some(4)]);
    }

    #[test]
    fn settings_with_a_mistake_are_the_configurations_and_the_rest_is_not() {
        for absent in [json!({}), json!({"settings": null}), json!({"more": 1})] {
            assert_eq!(parsed(absent).unwrap().settings.place, "");
        }
        let typo = parsed(json!({"settings": {"plaec": ""}})).unwrap_err();
        assert!(
            typo.starts_with("config: `settings` of the split `a/b` cannot be used: ")
                && typo.contains("plaec"),
            "{typo}"
        );
        let rest = parsed(json!({"runtime": {"use": ["p"]}})).unwrap_err();
        assert!(rest.starts_with("malformed: "), "{rest}");
    }
}
