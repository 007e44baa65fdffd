//! Rules of roles, and the permissions that they are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::metadata::or_default;

/// A rule of a role (`rbac.authorization.k8s.io/v1`, `PolicyRule`).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule {
    #[serde(default, deserialize_with = "or_default")]
    verbs: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    api_groups: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    resources: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    resource_names: Vec<String>,
    #[serde(default, rename = "nonResourceURLs", deserialize_with = "or_default")]
    non_resource_urls: Vec<String>,
}

/// An operation with the object that it is allowed on.
pub(crate) type Allowed = (String, String);

impl Rule {
    /// Adds what the rule allows, in one namespace or everywhere.
    pub(crate) fn allow(&self, namespace: Option<&str>, allowed: &mut BTreeSet<Allowed>) {
        let objects = self.objects(namespace.unwrap_or("*"));
        for verb in &self.verbs {
            for resource in &self.resources {
                for group in &self.api_groups {
                    let operation = format!("{verb} {}", resource_in_group(resource, group));
                    allowed.extend(
                        objects
                            .iter()
                            .map(|object| (operation.clone(), object.clone())),
                    );
                }
            }
            // A URL belongs to no namespace: a binding of a namespace gives none.
            if namespace.is_none() {
                let urls = self.non_resource_urls.iter();
                allowed.extend(urls.map(|url| (format!("{verb} url"), url.clone())));
            }
        }
    }

    /// Which objects: all without names.
    fn objects(&self, namespace: &str) -> Vec<String> {
        if self.resource_names.is_empty() {
            return vec![format!("{namespace}/*")];
        }
        let names = self.resource_names.iter();
        names
            .map(|name| match name.as_str() {
                // What has no name yet or is many objects, as when creating and listing, has the empty name to RBAC.
                "" => format!("{namespace}/*"),
                name => format!("{namespace}/{}", literal(name)),
            })
            .collect()
    }
}

/// `deployments.apps/scale`. RBAC knows three patterns, `*` for every resource, `*/<subresource>` and `*` for every
/// group; a star anywhere else is a letter.
fn resource_in_group(resource: &str, group: &str) -> String {
    let (resource, subresource) = match resource.split_once('/') {
        Some((resource, subresource)) => (resource, Some(literal(subresource))),
        None => (resource, None),
    };
    let mut text = match resource {
        "*" => "*".to_owned(),
        resource => literal(resource),
    };
    match group {
        "" => {}
        "*" => text.push_str(".*"),
        group => {
            text.push('.');
            text.push_str(&literal(group));
        }
    }
    if let Some(subresource) = subresource {
        text.push('/');
        text.push_str(&subresource);
    }
    text
}

/// A text that is no pattern: a star in it is written so that nobody takes it for one.
fn literal(text: &str) -> String {
    text.replace('*', "%2A")
}

#[cfg(test)]
mod tests {
    use super::Rule;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn allowed(rule: Value, namespace: Option<&str>) -> Vec<String> {
        let rule: Rule = serde_json::from_value(rule).unwrap();
        let mut allowed = BTreeSet::new();
        rule.allow(namespace, &mut allowed);
        allowed
            .into_iter()
            .map(|(operation, object)| format!("{operation} on {object}"))
            .collect()
    }

    #[test]
    fn operations_are_written_as_rbac_means_them() {
        for (groups, resource, expected) in [
            ("apps", "deployments", "get deployments.apps on infer/*"),
            ("", "pods/exec", "get pods/exec on infer/*"),
            (
                "apps",
                "deployments/scale",
                "get deployments.apps/scale on infer/*",
            ),
            ("", "*", "get * on infer/*"),
            ("*", "*", "get *.* on infer/*"),
            ("*", "pods", "get pods.* on infer/*"),
            ("", "*/scale", "get */scale on infer/*"),
            ("apps", "*/scale", "get *.apps/scale on infer/*"),
            // No patterns to RBAC, so none here.
            ("", "pods/*", "get pods/%2A on infer/*"),
            ("", "po*", "get po%2A on infer/*"),
            ("apps*", "pods", "get pods.apps%2A on infer/*"),
        ] {
            let rule = json!({"verbs": ["get"], "apiGroups": [groups], "resources": [resource]});
            assert_eq!(allowed(rule, Some("infer")), [expected]);
        }
    }

    #[test]
    fn names_narrow_and_the_empty_name_does_not() {
        let rule = |names: Value| json!({"verbs": ["*"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": names});
        for (names, namespace, expected) in [
            (
                json!(["a", "b"]),
                Some("infer"),
                vec!["* secrets on infer/a", "* secrets on infer/b"],
            ),
            (json!(["a"]), None, vec!["* secrets on */a"]),
            (json!([]), None, vec!["* secrets on */*"]),
            (json!(null), None, vec!["* secrets on */*"]),
            (json!(["*"]), Some("infer"), vec!["* secrets on infer/%2A"]),
            (json!([""]), Some("infer"), vec!["* secrets on infer/*"]),
        ] {
            assert_eq!(allowed(rule(names), namespace), expected);
        }
    }

    #[test]
    fn urls_are_of_the_cluster_alone() {
        let rule = json!({"verbs": ["get"], "nonResourceURLs": ["/healthz/*", "*"]});
        assert_eq!(
            allowed(rule.clone(), None),
            ["get url on *", "get url on /healthz/*"]
        );
        assert!(allowed(rule, Some("infer")).is_empty());
    }

    #[test]
    fn a_rule_without_verbs_allows_nothing() {
        assert!(
            allowed(
                json!({"apiGroups": ["*"], "resources": ["*"], "verbs": null}),
                None
            )
            .is_empty()
        );
    }
}
