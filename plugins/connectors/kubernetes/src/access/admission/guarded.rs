//! Operations by which workloads come to be and to act, as admission is asked about them.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::metadata::or_default;

/// Group and resource of what pods are made from, or make somebody act as an account.
const WRITTEN: [(&str, &str); 12] = [
    ("", "pods"),
    ("", "pods/ephemeralcontainers"),
    ("", "replicationcontrollers"),
    ("", "secrets"),
    ("", "serviceaccounts/token"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("batch", "cronjobs"),
    ("batch", "jobs"),
    ("", "pods/status"),
];
/// What is connected to.
const CONNECTED: [(&str, &str); 2] = [("", "pods/attach"), ("", "pods/exec")];

/// What admission calls an operation, and the verbs that RBAC knows it by.
const WRITES: [(&str, &[&str]); 2] = [("CREATE", &["create"]), ("UPDATE", &["patch", "update"])];
const CONNECTS: [(&str, &[&str]); 1] = [("CONNECT", &["create", "get"])];

/// Requests that are asked about (`RuleWithOperations`). Its versions are not read: a server converts what it is asked about.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    #[serde(default, deserialize_with = "or_default")]
    api_groups: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    operations: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    resources: Vec<String>,
}

impl Rule {
    /// Every operation on every resource.
    pub(super) fn of_everything() -> Self {
        Self {
            api_groups: vec!["*".to_owned()],
            operations: vec!["*".to_owned()],
            resources: vec!["*/*".to_owned()],
        }
    }

    fn has_operation(&self, operation: &str) -> bool {
        let mut operations = self.operations.iter();
        operations.any(|one| one == "*" || one == operation)
    }

    fn has_resource(&self, group: &str, resource: &str) -> bool {
        let mut groups = self.api_groups.iter();
        groups.any(|one| one == "*" || one == group)
            && self.resources.iter().any(|one| includes(one, resource))
    }
}

/// Whether a resource of a rule includes another: `*` is every one without its parts, `*/*` with them, `pods/*` every part
/// of pods and `*/scale` that part of every one.
fn includes(pattern: &str, resource: &str) -> bool {
    let (name, part) = match resource.split_once('/') {
        Some((name, part)) => (name, Some(part)),
        None => (resource, None),
    };
    match pattern.split_once('/') {
        None => part.is_none() && (pattern == "*" || pattern == name),
        Some(("*", "*")) => true,
        Some((of, parts)) => {
            let is_part = part.is_some_and(|part| parts == "*" || parts == part);
            is_part && (of == "*" || of == name)
        }
    }
}

/// What rules are asked about of these operations, as RBAC names them.
pub(super) fn operations(rules: &[Rule]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rule in rules {
        add(rule, &WRITTEN, &WRITES, &mut found);
        add(rule, &CONNECTED, &CONNECTS, &mut found);
    }
    found
}

fn add(
    rule: &Rule,
    resources: &[(&str, &str)],
    operations: &[(&str, &[&str])],
    found: &mut BTreeSet<String>,
) {
    for (group, resource) in resources {
        if !rule.has_resource(group, resource) {
            continue;
        }
        let (name, part) = resource.split_once('/').unwrap_or((resource, ""));
        let mut words = name.to_owned();
        for (mark, text) in [('.', *group), ('/', part)] {
            if !text.is_empty() {
                words.push(mark);
                words.push_str(text);
            }
        }
        let asked = operations.iter().filter(|(one, _)| rule.has_operation(one));
        let verbs = asked.flat_map(|(_, verbs)| verbs.iter());
        found.extend(verbs.map(|verb| format!("{verb} {words}")));
    }
}

#[cfg(test)]
mod tests {
    use super::{includes, operations};
    use serde_json::{Value, json};

    #[test]
    fn resources_of_a_rule_are_patterns() {
        for (pattern, resource, expected) in [
            ("pods", "pods", true),
            ("pods", "pods/exec", false),
            ("*", "pods", true),
            ("*", "pods/exec", false),
            ("*/*", "pods", true),
            ("*/*", "pods/exec", true),
            ("pods/*", "pods/exec", true),
            ("pods/*", "pods", false),
            ("*/exec", "pods/exec", true),
            ("*/scale", "pods/exec", false),
            ("deployments", "pods", false),
        ] {
            assert_eq!(
                includes(pattern, resource),
                expected,
                "{pattern} {resource}"
            );
        }
    }

    #[test]
    fn what_is_asked_about_is_called_as_rbac_calls_it() {
        let of = |groups: &str, resources: Value, asked: Value| {
            let rule = json!([{"apiGroups": [groups], "apiVersions": ["v1"], "resources": resources, "operations": asked}]);
            let found = operations(&serde_json::from_value::<Vec<_>>(rule).unwrap());
            found.into_iter().collect::<Vec<String>>()
        };
        assert_eq!(
            of(
                "apps",
                json!(["deployments"]),
                json!(["CREATE", "UPDATE", "DELETE"])
            ),
            [
                "create deployments.apps",
                "patch deployments.apps",
                "update deployments.apps"
            ]
        );
        assert_eq!(of("apps", json!(["pods"]), json!(["*"])), [""; 0]);
        assert_eq!(of("", json!(["pods"]), json!(["CREATE"])), ["create pods"]);
        assert_eq!(
            of("", json!(["pods/exec", "configmaps"]), json!(["*"])),
            ["create pods/exec", "get pods/exec"]
        );
        assert_eq!(
            of("", json!(["pods"]), json!(["DELETE", "CONNECT"])),
            [""; 0]
        );
        assert_eq!(of("*", json!(["*/*"]), json!(["*"])).len(), 12 * 3 + 2 * 2);
    }
}
