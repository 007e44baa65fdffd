//! The first-party connector against a real kube-apiserver.

mod access;
mod admission;
mod identity;
mod inventory;
mod judged;
mod pages;
mod refused;
mod supply;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use kubernetes_server::{Cluster, INSTALL};
use portcullis_plugin_host::{AccessFacts, Connector, Grants, Limits, Network};
use serde_json::{Value, json};

use crate::support::Folder;

const MINUTE: Duration = Duration::from_secs(60);

/// The cluster that the tests of this binary share while any of them runs; none where it cannot be started, which
/// `CI=true` does not accept.
fn shared() -> Option<Arc<Cluster>> {
    static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    // A test whose start failed has said so; the others try for themselves.
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = shared.upgrade() {
        return Some(cluster);
    }
    let cluster = Arc::new(own()?);
    *shared = Arc::downgrade(&cluster);
    Some(cluster)
}

/// A cluster for one test.
fn own() -> Option<Cluster> {
    if kubernetes_server::is_installed() {
        return Some(Cluster::start().unwrap());
    }
    let line = format!(
        "not run: connector on a real kube-apiserver (needs the one that `{INSTALL}` builds)"
    );
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{line}");
    println!("{line}");
    None
}

/// The connector, with the token of an account, over TLS that trusts the cluster's authority.
fn connector(folder: &Folder, cluster: &Cluster, token: &str, config: Value) -> Connector {
    at(folder, cluster, &cluster.url(), token, config)
}

/// The same at another URL, a front of the cluster for example.
fn at(folder: &Folder, cluster: &Cluster, url: &str, token: &str, mut config: Value) -> Connector {
    config["url"] = json!(url);
    let network = Network::default().root(cluster.authority().to_vec());
    let grants = Grants::none().host(url).unwrap();
    let grants = grants.secret("KUBERNETES_TOKEN", token).unwrap();
    let plugin = folder.workspace_plugin("kubernetes-connector");
    let mut limits = Limits::default();
    if config["page_size"].is_u64() {
        // Pages of two objects take more requests than anybody's.
        (limits.http_requests, limits.http_requests_per_second) = (1_000, 1_000);
    }
    let host = folder.host_with(limits, network);
    host.connector(&plugin, config, grants)
}

/// Creates objects as somebody who may do everything.
fn create(cluster: &Cluster, objects: &Value) {
    let admin = cluster.admin().unwrap();
    for object in objects.as_array().unwrap() {
        admin.create(object).unwrap();
    }
}

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

fn account(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace},
    })
}

fn role(namespace: &str, name: &str, rules: Value) -> Value {
    let mut role = cluster_role(name, rules);
    role["kind"] = json!("Role");
    role["metadata"]["namespace"] = json!(namespace);
    role
}

fn cluster_role(name: &str, rules: Value) -> Value {
    let mut role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name},
    });
    role["rules"] = rules;
    role
}

/// A binding of `role`, a pair of kind and name, in a namespace or, without one, everywhere.
fn binding(namespace: Option<&str>, name: &str, role: (&str, &str), subjects: Value) -> Value {
    let mut binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role.0, "name": role.1},
    });
    binding["subjects"] = subjects;
    if let Some(namespace) = namespace {
        binding["kind"] = json!("RoleBinding");
        binding["metadata"]["namespace"] = json!(namespace);
    }
    binding
}

/// `from relation to (source)` of the edges that satisfy a condition, sorted.
fn edges(facts: &AccessFacts, of: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found: Vec<String> = facts
        .edges
        .iter()
        .filter(|edge| of(&edge.from) || of(&edge.to))
        .map(|edge| {
            format!(
                "{} {} {} ({})",
                edge.from, edge.relation, edge.to, edge.source
            )
        })
        .collect();
    found.sort();
    found
}

/// `operation on object (source)` of one subject, sorted.
fn permissions(facts: &AccessFacts, subject: &str) -> Vec<String> {
    let mut found: Vec<String> = facts
        .permissions
        .iter()
        .filter(|permission| permission.subject == subject)
        .map(|permission| {
            format!(
                "{} on {} ({})",
                permission.operation, permission.object, permission.source
            )
        })
        .collect();
    found.sort();
    found
}
