//! What wanted documents will mean to whoever asks who can do what, in the words of the part `access`: so that a split is judged
//! by what it is about to be, and not by what it was.

use std::collections::BTreeSet;

use portcullis_plugin::Failure;
use serde_json::{Value, json};

use super::allows::makes_pods;
use super::compile::Document;
use super::place::ADMISSION_POLICY;
use super::split::{Bound, Settings};
use crate::access::Rule;

/// Subjects, permissions and edges of the wanted documents. Who may write pod templates may act as any account of the
/// namespace, which the host knows by itself; where a policy restricts that, it is told whom they may act as instead.
///
/// # Errors
/// When a role has a rule that is none.
pub(super) fn facts(documents: &[Document], settings: &Settings) -> Result<Value, Failure> {
    let policy = documents
        .iter()
        .find(|one| one.place.kind() == &ADMISSION_POLICY);
    let (mut subjects, mut permissions, mut edges) = (Vec::new(), Vec::new(), Vec::new());
    for role in documents
        .iter()
        .filter(|one| one.place.kind().name == "Role")
    {
        let id = format!("role:{}", role.place.id());
        subjects.push(json!({"id": id, "kind": "role", "name": role.place.words()}));
        let mut allowed = BTreeSet::new();
        let rules = role.content.get("rules").cloned().unwrap_or_default();
        for rule in serde_json::from_value::<Vec<Rule>>(rules)? {
            rule.allow(Some(role.place.namespace()), &mut allowed);
        }
        let mut ships = false;
        for (operation, object) in allowed {
            if policy.is_some() && makes_pods(&operation) {
                ships = true;
                continue;
            }
            permissions.push(json!({
                "subject": id, "operation": operation, "object": object, "source": role.place.words(),
            }));
        }
        let Some(policy) = policy.filter(|_| ships) else {
            continue;
        };
        let source = policy.place.words();
        for account in &settings.service_accounts {
            let to = format!("sa:{}/{account}", settings.namespace);
            subjects.push(json!({"id": to, "kind": "service-account", "name": to}));
            edges.push(
                json!({"from": id, "relation": "acts_as_via_compute", "to": to, "source": source}),
            );
        }
        for secret in &settings.secrets {
            let object = format!("{}/{secret}", settings.namespace);
            permissions.push(json!({
                "subject": id, "operation": "get secrets", "object": object, "source": source,
            }));
        }
    }
    for binding in documents
        .iter()
        .filter(|one| one.place.kind().name == "RoleBinding")
    {
        let to = format!("role:{}", binding.place.id());
        let bound = binding.content.get("subjects").and_then(Value::as_array);
        for from in bound.into_iter().flatten().filter_map(Bound::written) {
            subjects.push(json!({"id": from.id(), "kind": from.kind(), "name": from.id()}));
            edges.push(json!({
                "from": from.id(), "relation": "member_of", "to": to, "source": binding.place.words(),
            }));
        }
    }
    Ok(json!({"subjects": subjects, "permissions": permissions, "edges": edges}))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::compile::{Ground, compile};
    use super::super::split::parse;
    use super::*;

    fn told(has_admission: bool) -> Value {
        let attributes = json!({
            "accounts": ["sa:infer/fraud-runtime"], "runtime": {},
            "deploy": {"subjects": ["sa:infer/ci"], "may": ["rollout"]},
            "settings": {"namespace": "infer", "workloads": ["fraud"], "secrets": ["pull"]},
        });
        let split = parse("production/fraud", attributes.as_object().unwrap()).unwrap();
        let ground = Ground {
            has_admission,
            assumed_by: &BTreeMap::new(),
        };
        let compiled = compile("production/fraud", &split, &ground);
        facts(&compiled.documents, &split.settings).unwrap()
    }

    fn texts(facts: &Value, list: &str, members: [&str; 3]) -> Vec<String> {
        let facts = facts[list].as_array().unwrap().iter();
        facts
            .map(|fact| members.map(|name| fact[name].as_str().unwrap()).join(" "))
            .collect()
    }

    #[test]
    fn without_a_policy_deploy_writes_pod_templates() {
        let facts = told(false);
        let permissions = texts(&facts, "permissions", ["subject", "operation", "object"]);
        let patch = "role:infer/production.fraud.deploy patch deployments.apps infer/fraud";
        assert!(
            permissions.iter().any(|one| one == patch),
            "{permissions:?}"
        );
        assert_eq!(
            texts(&facts, "edges", ["from", "relation", "to"]),
            ["sa:infer/ci member_of role:infer/production.fraud.deploy"]
        );
    }

    #[test]
    fn with_a_policy_deploy_acts_as_whom_it_names() {
        let facts = told(true);
        let permissions = texts(&facts, "permissions", ["subject", "operation", "object"]);
        assert!(
            !permissions.iter().any(|one| one.contains("patch")),
            "{permissions:?}"
        );
        assert!(
            permissions
                .iter()
                .any(|one| one.ends_with("get secrets infer/pull"))
        );
        assert_eq!(
            texts(&facts, "edges", ["from", "relation", "to"]),
            [
                "role:infer/production.fraud.deploy acts_as_via_compute sa:infer/default",
                "sa:infer/ci member_of role:infer/production.fraud.deploy",
            ]
        );
    }
}
