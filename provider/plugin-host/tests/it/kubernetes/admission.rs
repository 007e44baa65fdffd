//! What admission may refuse: told where the server itself asks about it, and nowhere else.

use std::time::{Duration, Instant};

use kubernetes_server::{Client, Cluster};
use portcullis_plugin_host::{AccessFacts, Effect};
use serde_json::{Value, json};

use super::{
    MINUTE, account, at, binding, cluster_role, connector, create, namespace, own, shared,
};
use crate::peer::{Answer, Heard, Peer, ok};
use crate::support::Folder;

/// How long the server may take to learn of a webhook.
const NEWS: Duration = Duration::from_secs(20);

/// `source: operation on object (condition)` of every denial, sorted.
fn denials(facts: &AccessFacts) -> Vec<String> {
    let denied = facts
        .permissions
        .iter()
        .filter(|one| one.effect == Effect::Deny);
    let mut told: Vec<String> = denied
        .map(|one| {
            assert_eq!(one.subject, "group:system:authenticated");
            format!(
                "{}: {} on {} ({})",
                one.source, one.operation, one.object, one.condition
            )
        })
        .collect();
    told.sort();
    told
}

fn labelled(name: &str, tier: &str) -> Value {
    let mut labelled = namespace(name);
    labelled["metadata"]["labels"] = json!({"tier": tier});
    labelled
}

fn workload(api: &str, kind: &str) -> Value {
    let template = json!({"metadata": {"labels": {"app": "a"}}, "spec": {
        "restartPolicy": if kind == "Job" { "Never" } else { "Always" },
        "containers": [{"name": "c", "image": "i"}],
    }});
    let mut spec = json!({"template": template});
    if kind != "Job" {
        spec["selector"] = json!({"matchLabels": {"app": "a"}});
    }
    json!({"apiVersion": api, "kind": kind, "metadata": {"name": "a"}, "spec": spec})
}

/// The status that the server answers a request to create a workload with, of which nothing is kept.
fn status(admin: &Client, namespace: &str, plural: &str, object: &Value) -> u16 {
    let api = object["apiVersion"].as_str().unwrap();
    let path = format!("/apis/{api}/namespaces/{namespace}/{plural}?dryRun=All");
    let headers = [("content-type", "application/json")];
    let body = object.to_string();
    let answer = admin.send("POST", &path, &headers, body.as_bytes());
    answer.unwrap().status
}

/// A webhook that nobody answers, so that the server refuses whatever it would ask about.
fn deaf_webhook(name: &str, rules: &Value, selector: &Value) -> Value {
    json!({
        "name": name, "rules": rules, "namespaceSelector": selector, "failurePolicy": "Fail",
        "clientConfig": {"url": "https://127.0.0.1:1/"}, "sideEffects": "None",
        "admissionReviewVersions": ["v1"], "timeoutSeconds": 1,
    })
}

#[tokio::test]
async fn a_webhook_is_told_where_the_server_asks_it() {
    let Some(cluster) = own() else { return };
    create(
        &cluster,
        &json!([labelled("infer", "gpu"), labelled("serve", "web")]),
    );
    let rules = json!([{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"],
                        "resources": ["deployments", "deployments/scale"]}]);
    let maps = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}]);
    let gpu = json!({"matchLabels": {"tier": "gpu"}});
    create(
        &cluster,
        &json!([
            {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
             "metadata": {"name": "guards"}, "webhooks": [
                deaf_webhook("deployments.guard.example", &rules, &gpu),
                deaf_webhook("maps.guard.example", &maps, &json!({})),
            ]},
            {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
             "metadata": {"name": "sidecars"}, "webhooks": [
                deaf_webhook("jobs.sidecar.example", &json!([{
                    "apiGroups": ["batch"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["jobs"],
                }]), &json!({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["gpu", "web"]}]})),
            ]},
        ]),
    );
    let folder = Folder::new();
    let config = json!({"namespaces": ["infer", "serve"]});
    let connector = connector(&folder, &cluster, cluster.admin_token(), config);
    let facts = connector.list_access(MINUTE).await.unwrap();
    assert_eq!(
        denials(&facts),
        [
            "webhook deployments.guard.example of ValidatingWebhookConfiguration guards: create deployments.apps on infer/* \
          (refused by the webhook)"
        ]
    );

    let admin = cluster.admin().unwrap();
    let deployment = workload("apps/v1", "Deployment");
    let begun = Instant::now();
    while status(&admin, "infer", "deployments", &deployment) != 500 {
        assert!(begun.elapsed() < NEWS, "the server never asked the webhook");
        std::thread::sleep(Duration::from_millis(200));
    }
    for (namespace, plural, object) in [
        ("serve", "deployments", &deployment),
        ("infer", "statefulsets", &workload("apps/v1", "StatefulSet")),
        ("infer", "jobs", &workload("batch/v1", "Job")),
        ("serve", "jobs", &workload("batch/v1", "Job")),
    ] {
        let status = status(&admin, namespace, plural, object);
        assert_eq!(status, 201, "{plural} in {namespace}");
    }
}

/// Kubernetes 1.20 has no admission policies, and gives no group of its own to custom resources: the objects are kept by the
/// real server in a group of this test, and the paths of the one are answered with what is at the paths of the other.
async fn with_policies(cluster: &Cluster) -> Peer {
    let client = cluster.admin().unwrap();
    Peer::start(move |heard: &Heard, _| {
        let target = heard.head.split(' ').nth(1).unwrap();
        let target = target.replace(
            "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic",
            "/apis/policies.acme.example/v1/validatingadmissionpolic",
        );
        let is_metadata = heard.head.contains("PartialObjectMetadataList");
        let accept = match is_metadata {
            true => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            false => "application/json",
        };
        let answer = client
            .send("GET", &target, &[("accept", accept)], b"")
            .unwrap();
        let body = String::from_utf8(answer.body).unwrap();
        let bytes = String::from_utf8(ok(&body)).unwrap();
        Answer::Bytes(
            bytes
                .replacen("200 OK", &format!("{} As it was", answer.status), 1)
                .into_bytes(),
        )
    })
    .await
}

fn definition(kind: &str, plural: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.policies.acme.example")},
        "spec": {
            "group": "policies.acme.example", "scope": "Cluster",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {
                "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}],
        },
    })
}

#[tokio::test]
async fn a_policy_is_told_where_it_is_bound() {
    let Some(cluster) = own() else { return };
    create(
        &cluster,
        &json!([
            labelled("infer", "gpu"),
            labelled("serve", "web"),
            definition("ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
            definition(
                "ValidatingAdmissionPolicyBinding",
                "validatingadmissionpolicybindings"
            ),
        ]),
    );
    let policy = |name: &str, resources: Value| {
        json!({
            "apiVersion": "policies.acme.example/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
            "spec": {
                "matchConstraints": {"resourceRules": [{
                    "apiGroups": ["", "apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": resources,
                }]},
                "validations": [{"expression": "object.spec.serviceAccountName != 'fraud-runtime'"}],
            },
        })
    };
    let bound = |name: &str, policy: &str, action: &str| {
        json!({
            "apiVersion": "policies.acme.example/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
            "spec": {"policyName": policy, "validationActions": [action], "matchResources": {
                "namespaceSelector": {"matchLabels": {"tier": "gpu"}}}},
        })
    };
    let admin = cluster.admin().unwrap();
    let begun = Instant::now();
    for object in [
        policy("no-runtime", json!(["pods", "deployments"])),
        policy("unbound", json!(["*"])),
        policy("audited", json!(["*"])),
        bound("no-runtime-gpu", "no-runtime", "Deny"),
        bound("audited-gpu", "audited", "Audit"),
    ] {
        // A server serves what was defined a moment later.
        while let Err(error) = admin.create(&object) {
            assert!(begun.elapsed() < NEWS, "{error}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    let peer = with_policies(&cluster).await;
    let folder = Folder::new();
    let connector = at(
        &folder,
        &cluster,
        &peer.url(),
        cluster.admin_token(),
        json!({}),
    );
    let facts = connector.list_access(MINUTE).await.unwrap();
    let name = "ValidatingAdmissionPolicy no-runtime";
    let told = ["create deployments.apps", "create pods"];
    assert_eq!(
        denials(&facts),
        told.map(|operation| format!(
            "{name}: {operation} on infer/* (refused by its expressions)"
        ))
    );
}

/// Everything but what admission asks about: the paths are read all the same, and say what nobody could look at.
#[tokio::test]
async fn who_may_not_list_webhooks_still_reads_access() {
    let Some(cluster) = shared() else { return };
    let readable = [
        ("", "namespaces"),
        ("", "serviceaccounts"),
        ("", "secrets"),
        ("", "pods"),
        ("", "replicationcontrollers"),
        ("apps", "*"),
        ("batch", "*"),
        ("rbac.authorization.k8s.io", "*"),
    ];
    let rules = readable.map(|(group, resource)| {
        json!({"verbs": ["list"], "apiGroups": [group], "resources": [resource]})
    });
    create(
        &cluster,
        &json!([
            namespace("unseen"),
            account("unseen", "reader"),
            cluster_role("unseen-reader", json!(rules)),
            binding(
                None,
                "unseen-reader",
                ("ClusterRole", "unseen-reader"),
                json!([{"kind": "ServiceAccount", "name": "reader", "namespace": "unseen"}])
            ),
        ]),
    );
    let token = cluster.account_token("unseen", "reader").unwrap();
    let folder = Folder::new();
    let connector = connector(&folder, &cluster, &token, json!({}));
    let facts = connector.list_access(MINUTE).await.unwrap();
    let told = denials(&facts);
    let pods = "some of validatingadmissionpolicies.admissionregistration.k8s.io, \
                validatingwebhookconfigurations.admissionregistration.k8s.io, \
                mutatingwebhookconfigurations.admissionregistration.k8s.io, which this connector may not list: create pods on \
                */* (refused by one of them)";
    assert!(told.iter().any(|one| one == pods), "{told:?}");
}
