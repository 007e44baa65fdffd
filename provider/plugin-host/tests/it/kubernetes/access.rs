//! Who may do what, as a real server has it.

use serde_json::json;

use super::{
    MINUTE, account, binding, cluster_role, connector, create, edges, namespace, permissions, role,
    shared,
};
use crate::support::Folder;

const APPS: [&str; 1] = ["apps"];

#[tokio::test]
async fn roles_bindings_and_accounts_become_facts() {
    let Some(cluster) = shared() else { return };
    create(
        &cluster,
        &json!([
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {
                "name": "facts", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {
                "name": "cloudy", "namespace": "facts", "annotations": {
                    "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/fraud",
                    "iam.gke.io/gcp-service-account": "fraud@acme.iam.gserviceaccount.com", "other": "x"}}},
            role("facts", "deployer", json!([
                {"verbs": ["create", "patch"], "apiGroups": APPS, "resources": ["deployments", "deployments/scale"]},
                {"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["fraud-key"]},
            ])),
            role("facts", "unbound", json!([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}])),
            cluster_role("facts-ops", json!([
                {"verbs": ["get"], "nonResourceURLs": ["/healthz/*"]},
                {"verbs": ["impersonate"], "apiGroups": [""], "resources": ["users"], "resourceNames": ["ana"]},
            ])),
            binding(Some("facts"), "deployers", ("Role", "deployer"), json!([
                {"kind": "Group", "name": "ml-release", "apiGroup": "rbac.authorization.k8s.io"},
                {"kind": "User", "name": "system:serviceaccount:facts:cloudy", "apiGroup": "rbac.authorization.k8s.io"},
            ])),
            binding(Some("facts"), "ops-here", ("ClusterRole", "facts-ops"), json!([
                {"kind": "ServiceAccount", "name": "cloudy", "namespace": "facts"},
            ])),
            binding(None, "facts-ops-everywhere", ("ClusterRole", "facts-ops"), json!([
                {"kind": "User", "name": "ana", "apiGroup": "rbac.authorization.k8s.io"},
            ])),
            binding(Some("facts"), "dangling", ("Role", "nobody-made-it"), json!([
                {"kind": "ServiceAccount", "name": "ghost", "namespace": "facts"},
            ])),
        ]),
    );
    let folder = Folder::new();
    let config = json!({"assumed_by": {"sa:facts/cloudy": ["ci:github:acme/fraud:ref:main"]}});
    let connector = connector(&folder, &cluster, cluster.admin_token(), config);
    let facts = connector.list_access(MINUTE).await.unwrap();

    let cloudy = facts
        .subjects
        .iter()
        .find(|subject| subject.id == "sa:facts/cloudy")
        .unwrap();
    assert_eq!(
        (cloudy.kind.as_str(), cloudy.name.as_str()),
        ("service-account", "facts/cloudy")
    );
    let labels = [
        ("gcp_service_account", "fraud@acme.iam.gserviceaccount.com"),
        ("role_arn", "arn:aws:iam::111122223333:role/fraud"),
    ];
    assert_eq!(
        cloudy.labels,
        labels.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );

    assert_eq!(
        edges(&facts, |id| id.contains("facts")),
        [
            "ci:github:acme/fraud:ref:main assumes sa:facts/cloudy (config assumed_by)",
            "group:ml-release member_of role:facts/deployer (RoleBinding facts/deployers)",
            "sa:facts/cloudy member_of clusterrole:facts-ops@facts (RoleBinding facts/ops-here)",
            "sa:facts/cloudy member_of role:facts/deployer (RoleBinding facts/deployers)",
            "sa:facts/ghost member_of role:facts/nobody-made-it (RoleBinding facts/dangling)",
            "user:ana member_of clusterrole:facts-ops (ClusterRoleBinding facts-ops-everywhere)",
        ]
    );
    assert_eq!(
        permissions(&facts, "role:facts/deployer"),
        [
            "create deployments.apps on facts/* (Role facts/deployer)",
            "create deployments.apps/scale on facts/* (Role facts/deployer)",
            "get secrets on facts/fraud-key (Role facts/deployer)",
            "patch deployments.apps on facts/* (Role facts/deployer)",
            "patch deployments.apps/scale on facts/* (Role facts/deployer)",
        ]
    );
    assert_eq!(
        permissions(&facts, "role:facts/unbound"),
        ["* *.* on facts/* (Role facts/unbound)"]
    );
    assert_eq!(
        permissions(&facts, "clusterrole:facts-ops"),
        [
            "get url on /healthz/* (ClusterRole facts-ops)",
            "impersonate users on */ana (ClusterRole facts-ops)",
        ]
    );
    assert_eq!(
        permissions(&facts, "clusterrole:facts-ops@facts"),
        ["impersonate users on facts/ana (ClusterRole facts-ops)"]
    );
    assert!(permissions(&facts, "role:facts/nobody-made-it").is_empty());
    let here = facts
        .objects
        .iter()
        .find(|object| object.id == "namespace:facts")
        .unwrap();
    let enforce = (
        "pod-security.kubernetes.io/enforce".to_owned(),
        "restricted".to_owned(),
    );
    assert!(here.labels.contains(&enforce), "{here:?}");
    let unique: std::collections::BTreeSet<&str> = facts
        .subjects
        .iter()
        .map(|subject| subject.id.as_str())
        .collect();
    assert_eq!(unique.len(), facts.subjects.len());
}

/// The server is asked the same of the same account, once its controllers have had no chance to fill anything in.
#[tokio::test]
async fn an_aggregated_role_has_the_rules_of_those_that_it_selects() {
    let Some(cluster) = shared() else { return };
    let mut part = cluster_role(
        "aggregate-part",
        json!([{"verbs": ["watch"], "apiGroups": ["batch"], "resources": ["jobs"]}]),
    );
    part["metadata"]["labels"] = json!({"tier": "part"});
    let mut whole = cluster_role("aggregate-whole", json!([]));
    whole["aggregationRule"] = json!({"clusterRoleSelectors": [{"matchExpressions": [{"key": "tier", "operator": "In", "values": ["part"]}]}]});
    create(
        &cluster,
        &json!([
            namespace("aggregate"),
            part,
            whole,
            binding(
                Some("aggregate"),
                "whole",
                ("ClusterRole", "aggregate-whole"),
                json!([
                {"kind": "ServiceAccount", "name": "a", "namespace": "aggregate"}])
            ),
            binding(
                Some("aggregate"),
                "view",
                ("ClusterRole", "view"),
                json!([
                {"kind": "ServiceAccount", "name": "a", "namespace": "aggregate"}])
            ),
        ]),
    );
    let folder = Folder::new();
    let connector = connector(&folder, &cluster, cluster.admin_token(), json!({}));
    let facts = connector.list_access(MINUTE).await.unwrap();
    assert_eq!(
        permissions(&facts, "clusterrole:aggregate-whole@aggregate"),
        ["watch jobs.batch on aggregate/* (ClusterRole aggregate-whole)"]
    );
    let view = permissions(&facts, "clusterrole:view@aggregate");
    assert!(
        view.contains(&"get pods on aggregate/* (ClusterRole view)".to_owned()),
        "{view:?}"
    );
    assert!(
        !view.iter().any(|line| line.contains("secrets")),
        "{view:?}"
    );
}

#[tokio::test]
async fn what_runs_and_as_whom_is_told_for_every_kind() {
    let Some(cluster) = shared() else { return };
    let spec =
        json!({"serviceAccountName": "fraud", "containers": [{"name": "c", "image": "scratch"}]});
    let template = json!({"metadata": {"labels": {"app": "a"}}, "spec": spec});
    let selector = json!({"matchLabels": {"app": "a"}});
    let metadata = |name: &str| json!({"name": name, "namespace": "running"});
    let mut on_failure = template.clone();
    on_failure["spec"]["restartPolicy"] = json!("OnFailure");
    create(
        &cluster,
        &json!([
            namespace("running"),
            account("running", "fraud"),
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata("d"),
                "spec": {"selector": selector, "template": template}},
            {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata("s"),
                "spec": {"selector": selector, "template": template, "serviceName": "s"}},
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata("ds"),
                "spec": {"selector": selector, "template": template}},
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata("r"),
                "spec": {"selector": selector, "template": template}},
            {"apiVersion": "v1", "kind": "ReplicationController", "metadata": metadata("rc"),
                "spec": {"selector": {"app": "a"}, "template": template}},
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata("j"), "spec": {"template": on_failure}},
            {"apiVersion": "batch/v1beta1", "kind": "CronJob", "metadata": metadata("cj"),
                "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": on_failure}}}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": metadata("p"), "spec": spec},
            {"apiVersion": "v1", "kind": "Pod", "metadata": metadata("plain"),
                "spec": {"containers": [{"name": "c", "image": "scratch"}]}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": metadata("ended"), "spec": spec},
        ]),
    );
    let ended = "/api/v1/namespaces/running/pods/ended/status";
    let admin = cluster.admin().unwrap();
    admin
        .patch(ended, &json!({"status": {"phase": "Succeeded"}}))
        .unwrap();
    let folder = Folder::new();
    // Two to a page, so that what is left of a kind travels in the cursor.
    let config = json!({"namespaces": ["running"], "page_size": 2});
    let connector = connector(&folder, &cluster, cluster.admin_token(), config);
    let facts = connector.list_access(MINUTE).await.unwrap();
    assert_eq!(
        edges(&facts, |id| id.contains(":running/")),
        [
            "cronjob:running/cj runs_as sa:running/fraud (CronJob running/cj)",
            "daemonset:running/ds runs_as sa:running/fraud (DaemonSet running/ds)",
            "deployment:running/d runs_as sa:running/fraud (Deployment running/d)",
            "job:running/j runs_as sa:running/fraud (Job running/j)",
            "pod:running/p runs_as sa:running/fraud (Pod running/p)",
            "pod:running/plain runs_as sa:running/default (Pod running/plain)",
            "replicaset:running/r runs_as sa:running/fraud (ReplicaSet running/r)",
            "replicationcontroller:running/rc runs_as sa:running/fraud (ReplicationController running/rc)",
            "statefulset:running/s runs_as sa:running/fraud (StatefulSet running/s)",
        ]
    );
    // What is in other namespaces was not asked for; who signs the cluster's tokens is in none.
    let elsewhere = facts
        .objects
        .iter()
        .find(|object| object.kind != "issuer" && !object.id.contains("running"));
    assert!(elsewhere.is_none(), "{elsewhere:?}");
}

#[tokio::test]
async fn secrets_are_names_and_their_values_never_travel() {
    let Some(cluster) = shared() else { return };
    create(
        &cluster,
        &json!([
            namespace("hidden"),
            account("hidden", "fraud"),
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key", "namespace": "hidden"},
                "stringData": {"key": "value-of-the-secret"}},
            {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
                "metadata": {"name": "token", "namespace": "hidden",
                    "annotations": {"kubernetes.io/service-account.name": "fraud"}}},
            // Looks like a token and is none.
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "false", "namespace": "hidden",
                "annotations": {"kubernetes.io/service-account.name": "fraud"}}},
        ]),
    );
    let folder = Folder::new();
    let config = json!({"namespaces": ["hidden"]});
    let connector = connector(&folder, &cluster, cluster.admin_token(), config);
    let facts = connector.list_access(MINUTE).await.unwrap();
    let mut found: Vec<String> = facts
        .objects
        .iter()
        .filter(|object| object.id.starts_with("secret:"))
        .map(|object| format!("{} {} {:?}", object.id, object.kind, object.labels))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "secret:hidden/false secret []",
            "secret:hidden/key secret []",
            "secret:hidden/token service-account [(\"service_account\", \"hidden/fraud\")]",
        ]
    );
}
