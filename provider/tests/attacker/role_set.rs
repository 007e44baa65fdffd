//! A few accounts in two namespaces, with roles that were thrown.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use kubernetes_server::{Client, Cluster};
use serde_json::{Value, json};

use crate::dice::Dice;

const RBAC: &str = "rbac.authorization.k8s.io/v1";

/// A service account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Account {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sa:cluster/{}/{}", self.namespace, self.name)
    }
}

/// Four accounts in two namespaces that nothing else is in, and their roles.
pub(crate) struct RoleSet {
    pub(crate) number: usize,
    pub(crate) namespaces: [String; 2],
    pub(crate) accounts: Vec<Account>,
    /// Names of the roles of each namespace.
    pub(crate) roles: Vec<(String, String)>,
    /// Whether it has a grant that is deliberately taken for more than it achieves today: a name in every namespace, for
    /// any name; a way into one pod, for any account of its namespace, because pods of a name come and go; and escalation
    /// of roles, for what it achieves as soon as one is bound.
    pub(crate) is_read_broadly: bool,
    objects: Vec<Value>,
}

/// What a role may let do: some of it leads to others, some looks as if it did.
fn rules(dice: &mut Dice, name: &str) -> Value {
    let rule = |group: &str, resources: &[&str], verbs: &[&str]| json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
    let named = |mut rule: Value, name: &str| {
        rule["resourceNames"] = json!([name]);
        rule
    };
    let rbac = "rbac.authorization.k8s.io";
    let bindings = || rule(rbac, &["rolebindings"], &["create"]);
    let token = format!("token-{name}");
    let pod = format!("pod-{name}");
    match dice.below(24) {
        0 => json!([rule("", &["pods"], &["create"])]),
        1 => json!([rule("apps", &["deployments"], &["create"])]),
        2 => json!([rule("apps", &["deployments"], &["get", "patch"])]),
        3 => json!([rule("batch", &["jobs", "cronjobs"], &["create"])]),
        4 => json!([rule("", &["secrets"], &["list"])]),
        5 => json!([rule("", &["secrets"], &["get"])]),
        6 => json!([named(rule("", &["secrets"], &["get"]), &token)]),
        7 => json!([rule("", &["serviceaccounts/token"], &["create"])]),
        8 => json!([named(
            rule("", &["serviceaccounts/token"], &["create"]),
            name
        )]),
        9 => json!([rule("", &["serviceaccounts"], &["impersonate"])]),
        10 => json!([named(
            rule("", &["serviceaccounts"], &["impersonate"]),
            name
        )]),
        11 => json!([rule("", &["pods/exec"], &["create"])]),
        12 => json!([named(rule("", &["pods/exec"], &["create"]), &pod)]),
        13 => json!([rule("", &["pods"], &["patch"])]),
        14 => json!([bindings(), rule(rbac, &["clusterroles"], &["bind"])]),
        15 => json!([rule(rbac, &["roles"], &["patch", "escalate"])]),
        16 => json!([rule("", &["*"], &["*"])]),
        // From here on nothing leads anywhere.
        17 => json!([rule(
            "",
            &["pods", "pods/log", "configmaps"],
            &["get", "list", "watch"]
        )]),
        18 => json!([bindings(), rule(rbac, &["roles"], &["create", "patch"])]),
        19 => json!([rule("apps", &["deployments"], &["get", "list", "delete"])]),
        20 => json!([rule("", &["serviceaccounts"], &["get", "create", "patch"])]),
        21 => json!([rule("", &["pods"], &["delete", "deletecollection"])]),
        22 => json!([rule("apps", &["deployments/scale"], &["patch", "update"])]),
        _ => json!([rule(
            "batch",
            &["jobs"],
            &["get", "list", "watch", "delete"]
        )]),
    }
}

impl RoleSet {
    /// The set of that number, thrown.
    pub(crate) fn any(number: usize, dice: &mut Dice) -> Self {
        let namespaces = [format!("s{number}-a"), format!("s{number}-b")];
        let accounts: Vec<Account> = namespaces
            .iter()
            .flat_map(|namespace| {
                ["x", "y"].map(|name| Account {
                    namespace: namespace.clone(),
                    name: name.to_owned(),
                })
            })
            .collect();
        let mut set = Self {
            number,
            namespaces,
            accounts,
            roles: Vec::new(),
            is_read_broadly: false,
            objects: Vec::new(),
        };
        for holder in set.accounts.clone() {
            for role in 0..dice.below(3) {
                set.grant(&holder, role, dice);
            }
        }
        set
    }

    /// A role with its binding: nearly always in one namespace, and to the account alone.
    fn grant(&mut self, holder: &Account, role: usize, dice: &mut Dice) {
        let place = dice.pick(&self.namespaces);
        let about = dice.pick(&["x", "y"]);
        let rules = rules(dice, about);
        let name = format!("{}-{}-{role}", holder.namespace, holder.name);
        let everywhere = dice.below(16) == 0;
        let is_cluster_role = everywhere || dice.below(4) == 0;
        let text = rules.to_string();
        self.is_read_broadly |= text.contains("pods/exec") && text.contains("resourceNames")
            || everywhere && text.contains("resourceNames")
            || is_cluster_role && text.contains("escalate");
        let kind = if is_cluster_role {
            "ClusterRole"
        } else {
            "Role"
        };
        let subject = match dice.below(10) {
            0 => {
                json!({"kind": "Group", "name": format!("system:serviceaccounts:{}", holder.namespace), "apiGroup": "rbac.authorization.k8s.io"})
            }
            _ => {
                json!({"kind": "ServiceAccount", "name": holder.name, "namespace": holder.namespace})
            }
        };
        let mut granted =
            json!({"apiVersion": RBAC, "kind": kind, "metadata": {"name": name}, "rules": rules});
        let mut binding = json!({
            "apiVersion": RBAC, "kind": "RoleBinding", "metadata": {"name": name, "namespace": place},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}, "subjects": [subject],
        });
        if !is_cluster_role {
            granted["metadata"]["namespace"] = json!(place);
            self.roles.push((place, name.clone()));
        }
        if everywhere {
            binding["kind"] = json!("ClusterRoleBinding");
            binding["metadata"] = json!({"name": name});
        }
        self.objects.extend([granted, binding]);
    }

    /// Creates it, with a deployment in each namespace, and for each account a pod and a secret with a token of it.
    pub(crate) fn create(&self, cluster: &Cluster, admin: &Client) {
        for namespace in &self.namespaces {
            let object =
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
            admin.create(&object).unwrap();
        }
        for account in &self.accounts {
            let Account { namespace, name } = account;
            admin
                .create(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}))
                .unwrap();
            admin.create(&pod(account)).unwrap();
            let token = cluster.account_token(namespace, name).unwrap();
            let secret = json!({
                "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
                "metadata": {
                    "name": format!("token-{name}"), "namespace": namespace,
                    "annotations": {"kubernetes.io/service-account.name": name},
                },
                "stringData": {"token": token},
            });
            admin.create(&secret).unwrap();
        }
        for namespace in &self.namespaces {
            admin
                .create(&deployment(namespace, "web", "default"))
                .unwrap();
        }
        for object in &self.objects {
            admin.create(object).unwrap();
        }
    }

    /// The change that a cut asks for, where it is one of a role or of a binding in one namespace.
    pub(crate) fn change(&self, words: &str) -> Option<Change> {
        if let Some(binding) = words.strip_prefix("remove the RoleBinding ") {
            let (namespace, name) = binding.split_once('/')?;
            let path = format!("/apis/{RBAC}/namespaces/{namespace}/rolebindings/{name}");
            return Some(Change::Delete { path });
        }
        let (operation, role) = words.strip_prefix("take `")?.split_once("` out of Role ")?;
        let (namespace, name) = role.split_once('/')?;
        let role = self.objects.iter().find(|object| {
            let metadata = &object["metadata"];
            metadata["name"] == name && metadata["namespace"] == namespace
        })?;
        let rules = without(operation, role["rules"].as_array()?)?;
        let path = format!("/apis/{RBAC}/namespaces/{namespace}/roles/{name}");
        Some(Change::Patch { path, rules })
    }
}

/// A change of what is stored.
pub(crate) enum Change {
    Delete { path: String },
    Patch { path: String, rules: Value },
}

impl Change {
    pub(crate) fn apply(&self, admin: &Client) {
        match self {
            Self::Delete { path } => admin.delete(path),
            Self::Patch { path, rules } => admin.patch(path, &json!({"rules": rules})),
        }
        .unwrap();
    }
}

/// Rules without `patch deployments.apps`; none where the words are not those of a rule.
fn without(operation: &str, rules: &[Value]) -> Option<Value> {
    let (verb, resource) = operation.split_once(' ')?;
    let resource = resource.split('.').next()?;
    let mut rules = rules.to_vec();
    let named = |rule: &&mut Value| rule["resources"] == json!([resource]);
    let rule = rules.iter_mut().find(named)?;
    let verbs = rule["verbs"].as_array_mut()?;
    verbs.remove(verbs.iter().position(|one| one == verb)?);
    rules.retain(|rule| rule["verbs"] != json!([]));
    Some(json!(rules))
}

/// A pod that runs as an account, on a node that is not there.
pub(crate) fn pod(account: &Account) -> Value {
    let Account { namespace, name } = account;
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("pod-{name}"), "namespace": namespace},
        "spec": {"serviceAccountName": name, "nodeName": "nowhere", "containers": [{"name": "c", "image": "i"}]},
    })
}

/// A deployment whose pods run as an account.
pub(crate) fn deployment(namespace: &str, name: &str, account: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 0, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"serviceAccountName": account, "containers": [{"name": "c", "image": "i"}]},
            },
        },
    })
}

/// Stores a role and its binding, and returns when the server's authorizer knows of both: it learns in order, so it knows of
/// everything before.
pub(crate) fn last_news(admin: &Client, patience: Duration) {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("news-{number}");
    let role = json!({
        "apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": name},
        "rules": [{"apiGroups": [name], "resources": ["news"], "verbs": ["get"]}],
    });
    let binding = json!({
        "apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "User", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"}],
    });
    admin.create(&role).unwrap();
    admin.create(&binding).unwrap();
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": {"user": "reader", "resourceAttributes": {"verb": "get", "group": name, "resource": "news"}},
    });
    let started = Instant::now();
    while admin.create(&review).unwrap()["status"]["allowed"] != true {
        assert!(started.elapsed() < patience, "the authorizer heard no news");
        thread::sleep(Duration::from_millis(100));
    }
}
