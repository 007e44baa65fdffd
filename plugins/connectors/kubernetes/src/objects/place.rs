//! Where one object is kept.

use serde_json::{Value, json};

/// Where one object is kept: its kind, and its name with the namespace that it is in, if it is in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    kind: &'static Kind,
    namespace: String,
    name: String,
}

/// A kind of objects that this connector writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// `rbac.authorization.k8s.io/v1`
    version: &'static str,
    /// `RoleBinding`
    pub(super) name: &'static str,
    /// `rolebindings`
    plural: &'static str,
}

pub(super) const SERVICE_ACCOUNT: Kind = Kind::new("v1", "ServiceAccount", "serviceaccounts");
pub(super) const SECRET: Kind = Kind::new("v1", "Secret", "secrets");
pub(super) const POD: Kind = Kind::new("v1", "Pod", "pods");
pub(super) const ROLE_BINDING: Kind = Kind::new(RBAC, "RoleBinding", "rolebindings");
pub(super) const CLUSTER_ROLE_BINDING: Kind =
    Kind::new(RBAC, "ClusterRoleBinding", "clusterrolebindings");

pub(super) const ROLE: Kind = Kind::new(RBAC, "Role", "roles");
pub(super) const ADMISSION_POLICY: Kind = Kind::new(
    ADMISSION,
    "ValidatingAdmissionPolicy",
    "validatingadmissionpolicies",
);
pub(super) const ADMISSION_BINDING: Kind = Kind::new(
    ADMISSION,
    "ValidatingAdmissionPolicyBinding",
    "validatingadmissionpolicybindings",
);

const RBAC: &str = "rbac.authorization.k8s.io/v1";
const ADMISSION: &str = "admissionregistration.k8s.io/v1";

impl Kind {
    const fn new(version: &'static str, name: &'static str, plural: &'static str) -> Self {
        Self {
            version,
            name,
            plural,
        }
    }

    fn root(&self) -> String {
        if self.version.contains('/') {
            format!("/apis/{}", self.version)
        } else {
            format!("/api/{}", self.version)
        }
    }

    /// The path of all objects of the kind.
    pub(super) fn everywhere(&self) -> String {
        format!("{}/{}", self.root(), self.plural)
    }
}

impl Place {
    /// An object of a namespace.
    pub(super) fn namespaced(kind: &'static Kind, namespace: &str, name: &str) -> Self {
        Self {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    /// An object of the cluster.
    pub(super) fn of_cluster(kind: &'static Kind, name: &str) -> Self {
        Self::namespaced(kind, "", name)
    }

    pub(super) fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// Empty for an object of the cluster.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// `infer/fraud-runtime`, or the bare name of an object of the cluster.
    pub(super) fn id(&self) -> String {
        match self.namespace.as_str() {
            "" => self.name.clone(),
            namespace => format!("{namespace}/{}", self.name),
        }
    }

    /// As people call it, `ServiceAccount infer/fraud-runtime`.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.kind.name, self.id())
    }

    /// The path of the collection that it is created in. Names were checked, so that none leads elsewhere.
    pub(super) fn collection(&self) -> String {
        let Self {
            kind, namespace, ..
        } = self;
        match namespace.as_str() {
            "" => kind.everywhere(),
            namespace => format!("{}/namespaces/{namespace}/{}", kind.root(), kind.plural),
        }
    }

    /// The object with nothing but what says where it is.
    pub(super) fn bare(&self) -> Value {
        let mut object = json!({
            "apiVersion": self.kind.version,
            "kind": self.kind.name,
            "metadata": {"name": self.name},
        });
        if !self.namespace.is_empty() {
            set(
                &mut object,
                &["metadata", "namespace"],
                json!(self.namespace),
            );
        }
        object
    }
}

/// Sets what is at a path inside an object; what stands in the way and is no object gives way.
pub(super) fn set(object: &mut Value, path: &[&str], value: Value) {
    let mut at = object;
    for step in path {
        if !at.is_object() {
            *at = json!({});
        }
        let Some(members) = at.as_object_mut() else {
            return;
        };
        at = members.entry(*step).or_insert(Value::Null);
    }
    *at = value;
}

/// Whether a text is a name that Kubernetes gives objects: lower-case letters, digits, `-` and `.`, at most 253.
pub(super) fn is_name(text: &str) -> bool {
    let edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    text.len() <= 253
        && bytes.first().is_some_and(edge)
        && bytes.last().is_some_and(edge)
        && bytes
            .iter()
            .all(|byte| edge(byte) || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::{Place, SERVICE_ACCOUNT, is_name, set};
    use serde_json::json;

    #[test]
    fn a_place_has_a_path_an_id_and_words() {
        let place = Place::namespaced(&SERVICE_ACCOUNT, "infer", "fraud-runtime");
        assert_eq!(
            place.collection(),
            "/api/v1/namespaces/infer/serviceaccounts"
        );
        assert_eq!(place.id(), "infer/fraud-runtime");
        assert_eq!(place.words(), "ServiceAccount infer/fraud-runtime");
    }

    #[test]
    fn what_is_no_object_gives_way() {
        let mut object = json!({"metadata": {"labels": [1]}});
        set(&mut object, &["metadata", "labels", "a"], json!("b"));
        assert_eq!(object, json!({"metadata": {"labels": {"a": "b"}}}));
    }

    #[test]
    fn no_name_leads_to_another_path() {
        for good in ["a", "fraud-runtime", "production.fraud", &"x".repeat(253)] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "",
            "a/b",
            "..",
            "-a",
            "a-",
            "A",
            "a b",
            "a\n",
            "ü",
            &"x".repeat(254),
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
