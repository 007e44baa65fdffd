//! `infer/fraud-key`: where in a cluster a permission holds, and what stands there for many.

use std::collections::BTreeSet;

use crate::Platform;
use crate::derive::Derivation;
use crate::nodes::{Node, Scope, number};
use crate::rules::{Reach, Rule};

/// Verbs and resources whose rules bind objects outside every namespace: a permission inside one does not grant them.
const CLUSTER_WIDE: [&str; 12] = [
    "k8s-modify-node-status",
    "k8s-nodes-proxy",
    "k8s-nodes-proxy-create",
    "k8s-create-pv",
    "k8s-impersonate-users",
    "k8s-impersonate-groups",
    "k8s-impersonate-userextras",
    "k8s-escalate-clusterroles",
    "k8s-bind-clusterrolebindings",
    "k8s-csr-approve",
    "k8s-webhook-validating",
    "k8s-webhook-mutatingwe",
];

/// What stands for many in each namespace.
const OF_NAMESPACE: [&str; 4] = ["anything", "any pod", "any secret", "any service account"];

/// The words of the class of every service account of a namespace.
pub(crate) fn any_account_in(namespace: &str) -> String {
    format!("any service account in {namespace}")
}

/// Where a permission holds, as it follows a verb in a witness: `in infer`, `infer/fraud-key`, `everywhere`.
pub(crate) fn in_place(object: &str, platform: Platform) -> String {
    match (platform, object.split_once('/')) {
        (Platform::Kubernetes, Some(("*", "*"))) => "everywhere".to_owned(),
        (Platform::Kubernetes, Some((namespace, "*"))) => format!("in {namespace}"),
        _ => object.to_owned(),
    }
}

/// Where in a cluster a permission holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    cluster: Scope,
    /// `None` is every namespace, and what is in none.
    namespace: Option<Box<str>>,
    /// `None` is every object.
    pub(super) name: Option<Box<str>>,
}

impl Place {
    /// `<namespace>/<name>`, each of which may be `*`. A text of another form holds everywhere: what cannot be read is
    /// not less than it could be.
    pub(super) fn parse(object: &str, cluster: Scope) -> Self {
        let (namespace, name) = object.split_once('/').unwrap_or(("*", "*"));
        let known = |part: &str| (part != "*").then(|| part.into());
        Self {
            cluster,
            namespace: known(namespace),
            name: known(name),
        }
    }

    pub(super) fn everywhere(cluster: Scope) -> Self {
        Self {
            cluster,
            namespace: None,
            name: None,
        }
    }

    pub(super) fn namespace(namespace: &str, cluster: Scope) -> Self {
        Self {
            namespace: Some(namespace.into()),
            ..Self::everywhere(cluster)
        }
    }

    /// Where `rule` leads from a permission that holds here; `None` when it does not hold for what the rule needs.
    pub(super) fn reached(&self, rule: &Rule, derivation: &mut Derivation) -> Option<Node> {
        if self.namespace.is_some() && CLUSTER_WIDE.contains(&rule.id) {
            return None;
        }
        // The name of what is created is not known when it is asked for, so a name grants no creating of whole objects.
        let creates = |need: &&&str| need.starts_with("create ") && !need.contains('/');
        if self.name.is_some() && rule.needs.first().filter(creates).is_some() {
            return None;
        }
        Some(match rule.reach {
            Reach::Secrets => self.named_or("secret", Self::secrets, derivation),
            Reach::ServiceAccounts if rule.id == "k8s-issue-token-secret" => {
                self.accounts(derivation)
            }
            Reach::ServiceAccounts => self.named_or("sa", Self::accounts, derivation),
            Reach::Compute => self.accounts(derivation),
            Reach::Pods => self.pods(derivation),
            Reach::AnyNode => self.nodes(derivation),
            Reach::Users => self.principal("user", Self::users, derivation),
            Reach::Groups => self.principal("group", Self::groups, derivation),
            Reach::Namespace => match (&self.namespace, &self.name) {
                // A namespace is an object outside every namespace: its name is where the permission holds.
                (None, Some(name)) if rule.id == "k8s-patch-namespace" => {
                    Self::namespace(name, self.cluster).anything(derivation)
                }
                _ => self.anything(derivation),
            },
            Reach::Cluster if rule.id == "k8s-cluster-admin" => match &self.name {
                Some(_) => return None,
                None => self.anything(derivation),
            },
            Reach::Cluster => self.admin(derivation),
            Reach::AwsAuth => {
                let namespace = self.namespace.as_deref().unwrap_or("kube-system");
                let name = self.name.as_deref().unwrap_or("aws-auth");
                if (namespace, name) != ("kube-system", "aws-auth") {
                    return None;
                }
                self.admin(derivation)
            }
            _ => return None,
        })
    }

    pub(super) fn accounts(&self, derivation: &mut Derivation) -> Node {
        let words = match &self.namespace {
            Some(namespace) => any_account_in(namespace),
            None => "any service account".to_owned(),
        };
        derivation.nodes().class(&words, self.cluster)
    }

    pub(super) fn secrets(&self, derivation: &mut Derivation) -> Node {
        self.any("any secret", derivation)
    }

    pub(super) fn pods(&self, derivation: &mut Derivation) -> Node {
        self.any("any pod", derivation)
    }

    pub(super) fn nodes(&self, derivation: &mut Derivation) -> Node {
        Self::everywhere(self.cluster).any("any node", derivation)
    }

    pub(super) fn users(&self, derivation: &mut Derivation) -> Node {
        Self::everywhere(self.cluster).any("any user", derivation)
    }

    pub(super) fn groups(&self, derivation: &mut Derivation) -> Node {
        Self::everywhere(self.cluster).any("any group", derivation)
    }

    pub(super) fn admin(&self, derivation: &mut Derivation) -> Node {
        derivation.nodes().class("cluster admin", self.cluster)
    }

    /// Everything in the namespace; everything in the cluster without one.
    pub(super) fn anything(&self, derivation: &mut Derivation) -> Node {
        match &self.namespace {
            Some(_) => self.any("anything", derivation),
            None => self.admin(derivation),
        }
    }

    fn any(&self, what: &str, derivation: &mut Derivation) -> Node {
        let words = match &self.namespace {
            Some(namespace) => format!("{what} in {namespace}"),
            None => what.to_owned(),
        };
        derivation.nodes().class(&words, self.cluster)
    }

    /// The one object named; any of the place without a name, or with a name that may be in any namespace.
    fn named_or(
        &self,
        kind: &str,
        any: fn(&Self, &mut Derivation) -> Node,
        derivation: &mut Derivation,
    ) -> Node {
        match (&self.namespace, &self.name) {
            (Some(namespace), Some(name)) => {
                let id = format!("{kind}:{namespace}/{name}");
                derivation.nodes().named(&id, self.cluster)
            }
            _ => any(self, derivation),
        }
    }

    /// The one user or group named, or any.
    fn principal(
        &self,
        kind: &str,
        any: fn(&Self, &mut Derivation) -> Node,
        derivation: &mut Derivation,
    ) -> Node {
        match &self.name {
            Some(name) => {
                let id = format!("{kind}:{name}");
                derivation.nodes().named(&id, self.cluster)
            }
            None => any(self, derivation),
        }
    }
}

/// Every namespace that some class of the clusters is of.
pub(super) fn namespaces(
    derivation: &Derivation,
    clusters: &BTreeSet<Scope>,
) -> Vec<(Scope, String)> {
    let nodes = &derivation.access.nodes;
    let named = (0..number(nodes.len())).filter_map(|node| {
        let (words, scope) = nodes.class_words(node)?;
        let namespace = namespace_of(words).filter(|_| clusters.contains(&scope))?;
        Some((scope, namespace.to_owned()))
    });
    let named: BTreeSet<(Scope, String)> = named.collect();
    named.into_iter().collect()
}

/// The namespace that a class is of, by its words.
pub(in crate::derive) fn namespace_of(words: &str) -> Option<&str> {
    let (what, namespace) = words.split_once(" in ")?;
    OF_NAMESPACE.contains(&what).then_some(namespace)
}

/// The words of the classes that every namespace has.
pub(in crate::derive) fn classes_in(namespace: &str) -> [String; 4] {
    OF_NAMESPACE.map(|what| format!("{what} in {namespace}"))
}
