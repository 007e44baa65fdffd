//! An account that may not list everything: a failure that says what, and never a smaller answer.

use portcullis_plugin_host::{Effect, Object};
use serde_json::json;

use super::{MINUTE, account, binding, cluster_role, connector, create, namespace, shared};
use crate::support::Folder;

/// What the connector lists for the part `access`, as RBAC groups and resources.
const READ: [(&str, &[&str]); 4] = [
    (
        "",
        &[
            "namespaces",
            "serviceaccounts",
            "secrets",
            "pods",
            "replicationcontrollers",
        ],
    ),
    (
        "rbac.authorization.k8s.io",
        &[
            "roles",
            "rolebindings",
            "clusterroles",
            "clusterrolebindings",
        ],
    ),
    (
        "apps",
        &["deployments", "statefulsets", "daemonsets", "replicasets"],
    ),
    ("batch", &["jobs", "cronjobs"]),
];

#[tokio::test]
async fn what_may_not_be_listed_is_named_for_every_kind() {
    let Some(cluster) = shared() else { return };
    create(&cluster, &json!([namespace("limited")]));
    let folder = Folder::new();
    let all: Vec<(&str, &str)> = READ
        .iter()
        .flat_map(|(group, resources)| resources.iter().map(|resource| (*group, *resource)))
        .collect();
    for (group, resource) in &all {
        let name = format!("all-but-{resource}");
        let others = all.iter().filter(|other| other.1 != *resource);
        let rules: Vec<_> = others
            .map(|(group, resource)| json!({"verbs": ["list"], "apiGroups": [group], "resources": [resource]}))
            .collect();
        create(
            &cluster,
            &json!([
                account("limited", &name),
                cluster_role(&name, json!(rules)),
                binding(
                    None,
                    &name,
                    ("ClusterRole", &name),
                    json!([
                    {"kind": "ServiceAccount", "name": name, "namespace": "limited"}])
                ),
            ]),
        );
        let token = cluster.account_token("limited", &name).unwrap();
        let connector = connector(&folder, &cluster, &token, json!({}));
        let error = connector.list_access(MINUTE).await.unwrap_err().to_string();
        let name = if group.is_empty() {
            (*resource).to_owned()
        } else {
            format!("{resource}.{group}")
        };
        assert!(
            error.contains(&format!("does not let this connector list `{name}`")),
            "{error}"
        );
        assert!(
            error.contains("kubectl create clusterrole portcullis-access --verb=list"),
            "{error}"
        );
        assert!(error.ends_with("plugin-refused"), "{error}");
    }
}

/// The cluster role that is shipped is enough.
#[tokio::test]
async fn the_cluster_role_of_the_readme_is_enough() {
    let Some(cluster) = shared() else { return };
    let readme = include_str!("../../../../../plugins/connectors/kubernetes/README.md");
    let (_, yaml) = readme.split_once("```yaml\n").unwrap();
    let (yaml, _) = yaml.split_once("```").unwrap();
    create(
        &cluster,
        &json!([namespace("sufficient"), account("sufficient", "portcullis")]),
    );
    let admin = cluster.admin().unwrap();
    let headers = [("content-type", "application/yaml")];
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    let made = admin
        .send("POST", path, &headers, yaml.as_bytes())
        .unwrap()
        .json()
        .unwrap();
    assert_eq!(made["metadata"]["name"], "portcullis-reader");
    create(
        &cluster,
        &json!([binding(
            None,
            "sufficient",
            ("ClusterRole", "portcullis-reader"),
            json!([
            {"kind": "ServiceAccount", "name": "portcullis", "namespace": "sufficient"}])
        )]),
    );
    let token = cluster.account_token("sufficient", "portcullis").unwrap();
    let folder = Folder::new();
    let facts = connector(&folder, &cluster, &token, json!({}))
        .list_access(MINUTE)
        .await
        .unwrap();
    assert!(
        facts
            .subjects
            .iter()
            .any(|subject| subject.id == "sa:sufficient/portcullis")
    );
    let issuer = |object: &Object| object.id == "issuer:https://kubernetes.default.svc";
    assert!(facts.objects.iter().any(issuer));
    assert!(
        facts
            .permissions
            .iter()
            .all(|one| one.effect == Effect::Allow)
    );
}

#[tokio::test]
async fn a_token_that_nobody_issued_is_refused() {
    let Some(cluster) = shared() else { return };
    let folder = Folder::new();
    let connector = connector(&folder, &cluster, "a-token-that-nobody-issued", json!({}));
    let error = connector.list_access(MINUTE).await.unwrap_err().to_string();
    assert!(
        error.contains("does not know who asks: it answered with status 401"),
        "{error}"
    );
    assert!(!error.contains("a-token-that-nobody-issued"), "{error}");
}
