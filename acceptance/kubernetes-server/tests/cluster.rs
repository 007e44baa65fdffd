//! What tests rely on when they ask for a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use kubernetes_server::{Cluster, INSTALL, is_installed};
use serde_json::json;

#[test]
fn rights_tokens_pages_and_custom_resources_are_genuine() {
    if !is_installed() {
        println!("not run: a real kube-apiserver (needs the one that `{INSTALL}` builds)");
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "kube-apiserver is not installed"
        );
        return;
    }
    let cluster = Cluster::start().unwrap();
    let admin = cluster.admin().unwrap();
    admin
        .create(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "infer"}}))
        .unwrap();
    admin
        .create(&json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader", "namespace": "infer"},
        }))
        .unwrap();
    let token = cluster.account_token("infer", "reader").unwrap();
    let reader = admin.with_token(Some(&token));
    let secrets = "/api/v1/namespaces/infer/secrets";
    assert_eq!(reader.send("GET", secrets, &[], b"").unwrap().status, 403);
    admin
        .create(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "readers", "namespace": "infer"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "infer"}],
        }))
        .unwrap();
    // Without the controllers an aggregated role is empty, and stays so.
    assert_eq!(reader.send("GET", secrets, &[], b"").unwrap().status, 403);
    assert_eq!(
        admin
            .with_token(Some("nobody"))
            .send("GET", secrets, &[], b"")
            .unwrap()
            .status,
        401
    );

    admin
        .create(&json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "slices.example.com"},
            "spec": {
                "group": "example.com", "scope": "Cluster", "names": {"kind": "Slice", "plural": "slices"},
                "versions": [{
                    "name": "v1", "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                }],
            },
        }))
        .unwrap();
    let page = admin.get("/api/v1/namespaces?limit=2").unwrap();
    let token = page["metadata"]["continue"].as_str().unwrap();
    admin
        .create(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}}))
        .unwrap();
    cluster.expire_continue_tokens().unwrap();
    let expired = admin
        .send(
            "GET",
            &format!("/api/v1/namespaces?limit=2&continue={token}"),
            &[],
            b"",
        )
        .unwrap();
    assert_eq!(expired.status, 410);

    let front = cluster.front().unwrap();
    assert!(front.url().starts_with("http://127.0.0.1:"));
}
