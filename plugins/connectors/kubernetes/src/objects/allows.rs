//! What documents let somebody do, one line each: as they are wanted, or as the server has them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compile::Document;
use super::place::Place;

/// What roles allow those whom bindings name, sorted. Where no admission policy restricts them, that they may name anybody in
/// pod templates is a line too, so that a policy which vanishes widens what is allowed.
pub(super) fn allows(documents: &[Document], is_restricted: bool) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for binding in documents {
        let subjects = members(&binding.content, "subjects");
        let Some(role) = role_of(binding, documents) else {
            continue;
        };
        for subject in subjects.iter().map(who) {
            for rule in members(&role.content, "rules") {
                let allowed = Rule::of(&rule, &role.place);
                if !is_restricted && allowed.writes_pod_templates() {
                    lines.insert(format!(
                        "{subject} may name any service account and any secret of {} in pod templates",
                        allowed.namespace
                    ));
                }
                lines.extend(allowed.lines(&subject));
            }
        }
    }
    lines.into_iter().collect()
}

/// The role that a binding of the same documents binds.
fn role_of<'d>(binding: &Document, documents: &'d [Document]) -> Option<&'d Document> {
    let name = binding.content.pointer("/roleRef/name")?.as_str()?;
    documents
        .iter()
        .find(|one| one.place.kind().name == "Role" && one.place.name() == name)
}

fn who(subject: &Value) -> String {
    let text = |name: &str| {
        subject
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match text("kind") {
        "ServiceAccount" => format!("sa:{}/{}", text("namespace"), text("name")),
        kind => format!("{}:{}", kind.to_lowercase(), text("name")),
    }
}

/// A rule of a role, as lists of words.
struct Rule {
    namespace: String,
    verbs: Vec<String>,
    /// `deployments.apps`
    resources: Vec<String>,
    names: Vec<String>,
}

impl Rule {
    fn of(rule: &Value, role: &Place) -> Self {
        let words = |name: &str| -> Vec<String> {
            let words = members(rule, name).into_iter();
            words
                .filter_map(|word| Some(word.as_str()?.to_owned()))
                .collect()
        };
        let groups = words("apiGroups");
        let resources = words("resources").into_iter().flat_map(|resource| {
            let of = |group: &String| match group.as_str() {
                "" => resource.clone(),
                group => format!("{resource}.{group}"),
            };
            groups.iter().map(of).collect::<Vec<_>>()
        });
        Self {
            namespace: role.namespace().to_owned(),
            verbs: words("verbs"),
            resources: resources.collect(),
            names: words("resourceNames"),
        }
    }

    /// Whether it lets somebody write what pods are made from.
    fn writes_pod_templates(&self) -> bool {
        let mut operations = self.verbs.iter().flat_map(|verb| {
            let resources = self.resources.iter();
            resources.map(move |resource| format!("{verb} {resource}"))
        });
        operations.any(|operation| makes_pods(&operation))
    }

    fn lines(&self, subject: &str) -> Vec<String> {
        let namespace = &self.namespace;
        let mut lines = Vec::new();
        for verb in &self.verbs {
            for resource in &self.resources {
                if self.names.is_empty() {
                    lines.push(format!("{subject} may {verb} {resource} in {namespace}"));
                }
                for name in &self.names {
                    lines.push(format!(
                        "{subject} may {verb} {resource} {namespace}/{name}"
                    ));
                }
            }
        }
        lines
    }
}

/// Whether an operation writes what pods are made from: `patch deployments.apps`.
pub(super) fn makes_pods(operation: &str) -> bool {
    let (verb, resource) = operation.split_once(' ').unwrap_or_default();
    let resource = resource.split('.').next().unwrap_or_default();
    let kinds = [
        "pods",
        "deployments",
        "statefulsets",
        "daemonsets",
        "replicasets",
        "replicationcontrollers",
        "jobs",
        "cronjobs",
        "*",
    ];
    ["create", "patch", "update", "*"].contains(&verb) && kinds.contains(&resource)
}

fn members(object: &Value, name: &str) -> Vec<Value> {
    let members = object.get(name).and_then(Value::as_array);
    members.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::place::{ROLE, ROLE_BINDING};
    use super::*;
    use serde_json::json;

    fn documents(rules: &Value, subjects: &Value) -> [Document; 2] {
        let place = |kind| Place::namespaced(kind, "infer", "production.fraud.deploy");
        [
            Document {
                place: place(&ROLE),
                content: json!({"rules": rules}),
            },
            Document {
                place: place(&ROLE_BINDING),
                content: json!({"roleRef": {"name": "production.fraud.deploy"}, "subjects": subjects}),
            },
        ]
    }

    #[test]
    fn a_line_for_each_who_may_what() {
        let told = documents(
            &json!([{"apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["fraud"], "verbs": ["patch"]}]),
            &json!([{"kind": "Group", "name": "ml"}, {"kind": "ServiceAccount", "namespace": "ci", "name": "a"}]),
        );
        assert_eq!(
            allows(&told, true),
            [
                "group:ml may patch deployments.apps infer/fraud",
                "sa:ci/a may patch deployments.apps infer/fraud",
            ]
        );
        assert_eq!(
            allows(&told, false).len(),
            4,
            "without a policy pod templates may name anybody"
        );
    }

    #[test]
    fn what_nobody_is_bound_to_allows_nothing() {
        let told = documents(
            &json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
            &json!([]),
        );
        assert!(allows(&told, false).is_empty());
        assert!(allows(&told[..1], false).is_empty());
    }
}
