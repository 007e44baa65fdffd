//! What may refuse a request that RBAC allows: admission policies that are bound, and admission webhooks.
//!
//! What one refuses is decided by its expressions, or by a program elsewhere, about one object at a time. So none of them is
//! told as closing anything: each is a denial under a condition that nobody knows to hold.

mod guarded;
mod selector;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_plugin::{Failure, log};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::refusal::{Refusal, Refusals};
use crate::Config;
use crate::api::Api;
use crate::collection::Collection;
use crate::listing::Listing;
use crate::metadata::{Metadata, Named, or_default};
use guarded::{Rule, operations};
use selector::Selector;

const V1: &str = "/apis/admissionregistration.k8s.io/v1";
/// Webhooks were here before Kubernetes 1.16, and policies before 1.30.
const V1_BETA: &str = "/apis/admissionregistration.k8s.io/v1beta1";

const POLICIES: [Collection; 2] = versions("validatingadmissionpolicies");
const BINDINGS: [Collection; 2] = versions("validatingadmissionpolicybindings");
const VALIDATING: [Collection; 2] = versions("validatingwebhookconfigurations");
const MUTATING: [Collection; 2] = versions("mutatingwebhookconfigurations");
const NAMESPACES: Collection = Collection::of_cluster("/api/v1", "namespaces");

/// Namespaces that one policy is told of one by one. Of more it is told that it may stand anywhere.
const NAMESPACES_MAX: usize = 50;

/// The same kind of objects in the version of today, and in the one before.
const fn versions(resource: &'static str) -> [Collection; 2] {
    [
        Collection::of_cluster(V1, resource),
        Collection::of_cluster(V1_BETA, resource),
    ]
}

/// All that may refuse something of what workloads come to be by. What the server has not is not there; what it does not let
/// be listed is told as something that may refuse anything.
///
/// # Errors
/// When the server is not there, or says something that cannot be understood.
pub(super) fn read(api: &Api<'_>, config: &Config) -> Result<Refusals, Failure> {
    let mut hidden = Vec::new();
    let policies: Vec<Policy> = list(api, POLICIES, &mut hidden)?;
    let bindings: Vec<Binding> = if policies.is_empty() {
        Vec::new()
    } else {
        list(api, BINDINGS, &mut hidden)?
    };
    let mut guards = bound(&policies, &bindings);
    for (kind, collections, condition) in [
        (
            "ValidatingWebhookConfiguration",
            VALIDATING,
            "refused by the webhook",
        ),
        (
            "MutatingWebhookConfiguration",
            MUTATING,
            "refused or changed by the webhook",
        ),
    ] {
        let configurations: Vec<Webhooks> = list(api, collections, &mut hidden)?;
        let theirs = configurations.iter();
        guards.extend(theirs.flat_map(|configuration| configuration.guards(kind, condition)));
    }
    guards.retain(|guard| !guard.operations.is_empty());
    let namespaces = if guards.iter().any(Guard::selects) {
        namespaces(api)?
    } else {
        Vec::new()
    };
    let refusals = guards
        .into_iter()
        .map(|guard| guard.refusal(&namespaces, config));
    Ok(Refusals::new(refusals.chain(unread(&hidden))))
}

/// The objects of a kind in the first version that the server has; none where it may not be said, which `hidden` remembers.
fn list<T: DeserializeOwned>(
    api: &Api<'_>,
    collections: [Collection; 2],
    hidden: &mut Vec<String>,
) -> Result<Vec<T>, Failure> {
    for collection in collections {
        match api.list_if_served(&Listing::all(collection)) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(failure) if failure.kind == "refused" => {
                hidden.push(collection.name());
                return Ok(Vec::new());
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(Vec::new())
}

/// Kinds that the server does not let be listed, as one that may refuse anything anywhere.
fn unread(hidden: &[String]) -> Option<Refusal> {
    if hidden.is_empty() {
        return None;
    }
    let kinds = hidden.join(", ");
    log::warn(&format!(
        "the API server does not let this connector list {kinds}, which may refuse what roles allow: no path is taken to be \
         closed by one, and none can be named"
    ));
    Some(Refusal {
        source: format!("some of {kinds}, which this connector may not list"),
        condition: "refused by one of them".to_owned(),
        operations: operations(&[Rule::of_everything()]),
        objects: vec!["*/*".to_owned()],
    })
}

fn namespaces(api: &Api<'_>) -> Result<Vec<Metadata>, Failure> {
    let found: Vec<Named> = api.list(&Listing::all(NAMESPACES))?;
    Ok(found.into_iter().map(|found| found.metadata).collect())
}

/// One policy or webhook: what it is asked about, and where.
#[derive(Debug)]
struct Guard {
    source: String,
    condition: &'static str,
    operations: BTreeSet<String>,
    /// It is asked where all of some selectors match.
    selected: Vec<Vec<Selector>>,
}

impl Guard {
    /// Whether the namespace decides if it is asked.
    fn selects(&self) -> bool {
        let is_everywhere = |all: &Vec<Selector>| all.iter().all(Selector::is_empty);
        !self.selected.iter().any(is_everywhere)
    }

    fn refusal(self, namespaces: &[Metadata], config: &Config) -> Refusal {
        let matches = |namespace: &&Metadata| {
            let labels = &namespace.labels;
            let mut selected = self.selected.iter();
            selected.any(|all| all.iter().all(|selector| selector.matches(labels)))
        };
        let selected: Vec<&Metadata> = namespaces.iter().filter(matches).collect();
        let is_read = |name: &String| {
            let read = config.namespaces.as_ref();
            read.is_none_or(|names| names.contains(name))
        };
        let names = selected.iter().map(|namespace| &namespace.name);
        let mut objects: Vec<String> = names
            .filter(|name| is_read(name))
            .map(|name| format!("{name}/*"))
            .collect();
        let mut condition = self.condition.to_owned();
        if !self.selects() || selected.len() == namespaces.len() {
            objects = vec!["*/*".to_owned()];
        } else if objects.len() > NAMESPACES_MAX {
            objects = vec!["*/*".to_owned()];
            condition.push_str(", which is not asked in every namespace");
        }
        Refusal {
            source: self.source,
            condition,
            operations: self.operations,
            objects,
        }
    }
}

/// Policies that refuse where they are bound: one without a binding is asked about nothing, and one that only warns or
/// audits refuses nothing.
fn bound(policies: &[Policy], bindings: &[Binding]) -> Vec<Guard> {
    let mut by_policy: BTreeMap<&str, Vec<&BindingSpec>> = BTreeMap::new();
    for Binding { spec } in bindings {
        let denies = spec
            .validation_actions
            .iter()
            .any(|action| action == "Deny");
        if denies {
            by_policy.entry(&spec.policy_name).or_default().push(spec);
        }
    }
    let guards = policies.iter().filter_map(|policy| {
        let bindings = by_policy.get(policy.metadata.name.as_str())?;
        let Match {
            namespace_selector,
            resource_rules,
        } = &policy.spec.match_constraints;
        let mut guard = Guard {
            source: format!("ValidatingAdmissionPolicy {}", policy.metadata.name),
            condition: "refused by its expressions",
            operations: BTreeSet::new(),
            selected: Vec::new(),
        };
        let asked = operations(resource_rules);
        for binding in bindings {
            let narrower = &binding.match_resources;
            let mut asked = asked.clone();
            if !narrower.resource_rules.is_empty() {
                let theirs = operations(&narrower.resource_rules);
                asked.retain(|operation| theirs.contains(operation));
            }
            guard.operations.extend(asked);
            guard.selected.push(vec![
                namespace_selector.clone(),
                narrower.namespace_selector.clone(),
            ]);
        }
        Some(guard)
    });
    guards.collect()
}

#[derive(Debug, Deserialize)]
struct Policy {
    metadata: Metadata,
    #[serde(default, deserialize_with = "or_default")]
    spec: PolicySpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicySpec {
    #[serde(default, deserialize_with = "or_default")]
    match_constraints: Match,
}

/// What a policy is asked about (`MatchResources`).
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    #[serde(default, deserialize_with = "or_default")]
    namespace_selector: Selector,
    #[serde(default, deserialize_with = "or_default")]
    resource_rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Binding {
    #[serde(default, deserialize_with = "or_default")]
    spec: BindingSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BindingSpec {
    #[serde(default, deserialize_with = "or_default")]
    policy_name: String,
    #[serde(default, deserialize_with = "or_default")]
    validation_actions: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    match_resources: Match,
}

/// A configuration of webhooks, validating or mutating.
#[derive(Debug, Deserialize)]
struct Webhooks {
    metadata: Metadata,
    #[serde(default, deserialize_with = "or_default")]
    webhooks: Vec<Webhook>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    rules: Vec<Rule>,
    #[serde(default, deserialize_with = "or_default")]
    namespace_selector: Selector,
}

impl Webhooks {
    fn guards(&self, kind: &str, condition: &'static str) -> impl Iterator<Item = Guard> {
        self.webhooks.iter().map(move |webhook| Guard {
            source: format!("webhook {} of {kind} {}", webhook.name, self.metadata.name),
            condition,
            operations: operations(&webhook.rules),
            selected: vec![vec![webhook.namespace_selector.clone()]],
        })
    }
}

#[cfg(test)]
mod tests;
