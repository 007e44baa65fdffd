//! Bindings: who has which role.

use serde::Deserialize;

use portcullis_plugin::{Edge, Failure};

use super::subject::Subjects;
use crate::metadata::{Name, or_default};

/// A `RoleBinding`, or a `ClusterRoleBinding`, which has no namespace.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Binding {
    pub(crate) metadata: Name,
    role_ref: RoleRef,
    #[serde(default, deserialize_with = "or_default")]
    subjects: Vec<Bound>,
}

#[derive(Debug, Deserialize)]
struct RoleRef {
    kind: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Bound {
    kind: String,
    name: String,
    #[serde(default)]
    namespace: String,
}

/// A role where it is bound: the same cluster role may allow different things in each namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BoundRole {
    /// A role of a namespace.
    Role { namespace: String, name: String },
    /// A cluster role, in one namespace or everywhere.
    ClusterRole {
        name: String,
        namespace: Option<String>,
    },
}

impl BoundRole {
    /// `role:<namespace>/<name>`, `clusterrole:<name>` or `clusterrole:<name>@<namespace>`. An `@` in a name, which RBAC
    /// allows, is written so that no two roles are one.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Role { namespace, name } => format!("role:{namespace}/{name}"),
            Self::ClusterRole { name, namespace } => {
                let name = name.replace('@', "%40");
                match namespace {
                    None => format!("clusterrole:{name}"),
                    Some(namespace) => format!("clusterrole:{name}@{namespace}"),
                }
            }
        }
    }

    /// As people call it.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Role { namespace, name } => format!("Role {namespace}/{name}"),
            Self::ClusterRole { name, .. } => format!("ClusterRole {name}"),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Role { name, .. } | Self::ClusterRole { name, .. } => name,
        }
    }

    /// Where its permissions hold; none for everywhere.
    pub(crate) fn namespace(&self) -> Option<&str> {
        match self {
            Self::Role { namespace, .. } => Some(namespace),
            Self::ClusterRole { namespace, .. } => namespace.as_deref(),
        }
    }
}

impl Binding {
    /// As people call it, `RoleBinding infer/deployers`.
    fn words(&self) -> String {
        match self.metadata.namespace.as_str() {
            "" => format!("ClusterRoleBinding {}", self.metadata.name),
            _ => format!("RoleBinding {}", self.metadata.path()),
        }
    }

    /// The role that it binds.
    ///
    /// # Errors
    /// When it is of a kind that Kubernetes does not have.
    pub(crate) fn role(&self) -> Result<BoundRole, Failure> {
        let namespace = Some(self.metadata.namespace.clone()).filter(|name| !name.is_empty());
        let name = self.role_ref.name.clone();
        match (self.role_ref.kind.as_str(), namespace) {
            ("Role", Some(namespace)) => Ok(BoundRole::Role { namespace, name }),
            ("ClusterRole", namespace) => Ok(BoundRole::ClusterRole { name, namespace }),
            (kind, _) => Err(self.strange("role", kind)),
        }
    }

    /// An edge from everybody who is bound to the role of that id; who is bound is added to the subjects.
    ///
    /// # Errors
    /// When somebody is of a kind that Kubernetes does not have.
    pub(crate) fn edges(&self, role: &str, subjects: &mut Subjects) -> Result<Vec<Edge>, Failure> {
        let edges = self.subjects.iter().map(|bound| {
            let from = match bound.kind.as_str() {
                "User" => subjects.user(&bound.name),
                "Group" => subjects.group(&bound.name),
                "ServiceAccount" => {
                    let own = self.metadata.namespace.as_str();
                    let given = bound.namespace.as_str();
                    let namespace = if given.is_empty() { own } else { given };
                    subjects.account(&format!("{namespace}/{}", bound.name), Vec::new())
                }
                kind => return Err(self.strange("subject", kind)),
            };
            Ok(Edge {
                source: self.words(),
                ..Edge::new(&from, "member_of", role)
            })
        });
        edges.collect()
    }

    fn strange(&self, what: &str, kind: &str) -> Failure {
        Failure::malformed(format!(
            "{} names a {what} of kind `{kind}`, which this connector does not know.",
            self.words()
        ))
        .remedy("Report this to the developers of the connector.")
    }
}

#[cfg(test)]
mod tests {
    use super::{Binding, Subjects};
    use serde_json::{Value, json};

    fn binding(metadata: &Value, kind: &str, subjects: &Value) -> Binding {
        serde_json::from_value(json!({
            "metadata": metadata, "subjects": subjects,
            "roleRef": {"kind": kind, "name": "edit", "apiGroup": "rbac.authorization.k8s.io"},
        }))
        .unwrap()
    }

    #[test]
    fn a_role_is_what_it_is_where_it_is_bound() {
        let here = json!({"name": "b", "namespace": "infer"});
        let everywhere = json!({"name": "b"});
        for (metadata, kind, id) in [
            (&here, "Role", "role:infer/edit"),
            (&here, "ClusterRole", "clusterrole:edit@infer"),
            (&everywhere, "ClusterRole", "clusterrole:edit"),
        ] {
            assert_eq!(
                binding(metadata, kind, &Value::Null).role().unwrap().id(),
                id
            );
        }
        assert!(binding(&everywhere, "Role", &Value::Null).role().is_err());
    }

    #[test]
    fn a_name_with_an_at_sign_is_no_other_role() {
        let named = |name: &str, namespace: Option<&str>| {
            super::BoundRole::ClusterRole {
                name: name.to_owned(),
                namespace: namespace.map(str::to_owned),
            }
            .id()
        };
        assert_ne!(named("edit@infer", None), named("edit", Some("infer")));
    }

    #[test]
    fn everybody_who_is_bound_has_an_edge() {
        let binding = binding(
            &json!({"name": "deployers", "namespace": "infer"}),
            "Role",
            &json!([
                {"kind": "User", "name": "ana"},
                {"kind": "Group", "name": "ml"},
                {"kind": "ServiceAccount", "name": "ci", "namespace": "build"},
                {"kind": "ServiceAccount", "name": "own"},
                {"kind": "User", "name": "system:serviceaccount:build:other"},
            ]),
        );
        let mut subjects = Subjects::default();
        let edges = binding.edges("role:infer/edit", &mut subjects).unwrap();
        let from: Vec<&str> = edges.iter().map(|edge| edge.from.as_str()).collect();
        assert_eq!(
            from,
            [
                "user:ana",
                "group:ml",
                "sa:build/ci",
                "sa:infer/own",
                "sa:build/other"
            ]
        );
        assert_eq!(edges[0].source, "RoleBinding infer/deployers");
        assert_eq!(subjects.into_vec().len(), 5);
    }

    #[test]
    fn a_subject_of_a_kind_that_is_not_known_is_not_passed_over() {
        let binding = binding(
            &json!({"name": "b"}),
            "ClusterRole",
            &json!([{"kind": "Robot", "name": "r2"}]),
        );
        let failure = binding
            .edges("clusterrole:edit", &mut Subjects::default())
            .unwrap_err();
        assert_eq!(failure.kind, "malformed");
        assert!(
            failure
                .message
                .contains("ClusterRoleBinding b names a subject of kind `Robot`"),
            "{failure:?}"
        );
    }
}
