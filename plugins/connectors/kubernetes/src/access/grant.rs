//! What roles allow where they are bound, taken a page at a time: one cluster role bound in a hundred namespaces is a
//! hundred times its permissions.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_plugin::Permission;
use serde::{Deserialize, Serialize};

use super::binding::BoundRole;
use super::rule::Rule;

/// Roles whose permissions are still to be told.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Grants {
    /// Rules of cluster roles by name, once however often they are bound.
    cluster_roles: BTreeMap<String, Vec<Rule>>,
    left: Vec<Grant>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Grant {
    role: String,
    source: String,
    namespace: Option<String>,
    rules: Rules,
}

#[derive(Debug, Deserialize, Serialize)]
enum Rules {
    /// Of a role of a namespace.
    Own(Vec<Rule>),
    /// Of the cluster role of that name.
    OfClusterRole(String),
}

impl Grants {
    /// A role of a namespace with its rules.
    pub(crate) fn add_role(&mut self, role: &BoundRole, rules: Vec<Rule>) {
        self.add(role, Rules::Own(rules));
    }

    /// A cluster role where it is bound. Without rules there is no such role, or it allows nothing.
    pub(crate) fn add_cluster_role(&mut self, role: &BoundRole, rules: &[Rule]) {
        let name = role.name().to_owned();
        self.cluster_roles
            .entry(name.clone())
            .or_insert_with(|| rules.to_vec());
        self.add(role, Rules::OfClusterRole(name));
    }

    fn add(&mut self, role: &BoundRole, rules: Rules) {
        self.left.push(Grant {
            role: role.id(),
            source: role.words(),
            namespace: role.namespace().map(str::to_owned),
            rules,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The permissions of as many roles as it takes to have `least` of them, or of all that are left.
    pub(crate) fn take(&mut self, least: usize) -> Vec<Permission> {
        let mut permissions = Vec::new();
        while permissions.len() < least {
            let Some(grant) = self.left.pop() else { break };
            permissions.extend(self.permissions(&grant));
        }
        permissions
    }

    fn permissions(&self, grant: &Grant) -> Vec<Permission> {
        let rules = match &grant.rules {
            Rules::Own(rules) => rules.as_slice(),
            Rules::OfClusterRole(name) => {
                self.cluster_roles.get(name).map_or(&[][..], Vec::as_slice)
            }
        };
        let mut allowed = BTreeSet::new();
        for rule in rules {
            rule.allow(grant.namespace.as_deref(), &mut allowed);
        }
        let allowed = allowed.into_iter();
        allowed
            .map(|(operation, object)| Permission {
                source: grant.source.clone(),
                ..Permission::allow(&grant.role, &operation, &object)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Grants;
    use crate::access::binding::BoundRole;
    use crate::access::rule::Rule;
    use serde_json::json;

    #[test]
    fn a_page_ends_between_two_roles_and_the_cursor_brings_the_rest() {
        let rules: Vec<Rule> = serde_json::from_value(json!([
            {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]},
            {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]},
        ]))
        .unwrap();
        let mut grants = Grants::default();
        for namespace in ["a", "b", "c"] {
            let role = BoundRole::ClusterRole {
                name: "view".to_owned(),
                namespace: Some(namespace.to_owned()),
            };
            grants.add_cluster_role(&role, &rules);
        }
        let first = grants.take(3);
        assert_eq!(first.len(), 4, "{first:?}");
        let carried = serde_json::to_string(&grants).unwrap();
        let mut grants: Grants = serde_json::from_str(&carried).unwrap();
        let rest = grants.take(3);
        assert!(grants.is_empty());
        let told: Vec<(&str, &str)> = rest
            .iter()
            .map(|permission| (permission.operation.as_str(), permission.object.as_str()))
            .collect();
        assert_eq!(told, [("get pods", "a/*"), ("list pods", "a/*")]);
        assert_eq!(
            (rest[0].subject.as_str(), rest[0].source.as_str()),
            ("clusterrole:view@a", "ClusterRole view")
        );
    }
}
