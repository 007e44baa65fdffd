use serde_json::{Value, json};

use super::{Binding, Guard, Policy, Webhooks, bound, unread};
use crate::Config;
use crate::metadata::Named;

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn policy(name: &str, match_constraints: &Value) -> Value {
    json!({"metadata": {"name": name}, "spec": {
        "matchConstraints": match_constraints, "validations": [{"expression": "false"}],
    }})
}

fn binding(policy: &str, actions: &[&str], match_resources: &Value) -> Value {
    json!({"metadata": {"name": "b"}, "spec": {
        "policyName": policy, "validationActions": actions, "matchResources": match_resources,
    }})
}

fn on(group: &str, resource: &str) -> Value {
    json!([{"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE"], "resources": [resource]}])
}

/// `source: operation on object` of every denial, where the cluster has the namespaces `infer` and `serve`.
fn told(guards: Vec<Guard>, read_in: Option<&[&str]>) -> Vec<String> {
    let config: Config = read(json!({"url": "https://cluster.example", "namespaces": read_in}));
    let namespaces = ["infer", "serve"].map(|name| {
        let labels = json!({"kubernetes.io/metadata.name": name});
        read::<Named>(json!({"metadata": {"name": name, "labels": labels}})).metadata
    });
    let refusals = guards
        .into_iter()
        .map(|guard| guard.refusal(&namespaces, &config));
    let mut refusals = super::Refusals::new(refusals);
    let mut told: Vec<String> = refusals
        .take(usize::MAX)
        .iter()
        .map(|denial| {
            assert_eq!(
                (denial.effect.as_str(), denial.condition.is_empty()),
                ("deny", false)
            );
            format!(
                "{}: {} on {}",
                denial.source, denial.operation, denial.object
            )
        })
        .collect();
    told.sort();
    told
}

fn in_namespace(name: &str) -> Value {
    json!({"matchLabels": {"kubernetes.io/metadata.name": name}})
}

#[test]
fn a_policy_stands_where_it_is_bound_and_refuses() {
    let deployments = on("apps", "deployments");
    let everywhere = json!({"resourceRules": deployments});
    let in_infer =
        json!({"resourceRules": deployments, "namespaceSelector": in_namespace("infer")});
    let serve = json!({"namespaceSelector": in_namespace("serve")});
    let infer = json!({"namespaceSelector": in_namespace("infer")});
    let other = json!({"resourceRules": on("", "pods")});
    let deny: &[&str] = &["Deny"];
    let everywhere_told: &[&str] =
        &["ValidatingAdmissionPolicy guard: create deployments.apps on */*"];
    let infer_told: &[&str] =
        &["ValidatingAdmissionPolicy guard: create deployments.apps on infer/*"];
    for (constraints, bindings, expected) in [
        (
            &everywhere,
            vec![binding("guard", deny, &json!(null))],
            everywhere_told,
        ),
        (
            &in_infer,
            vec![binding("guard", deny, &json!({}))],
            infer_told,
        ),
        (
            &everywhere,
            vec![binding("guard", deny, &infer)],
            infer_told,
        ),
        (
            &everywhere,
            vec![
                binding("guard", deny, &infer),
                binding("guard", deny, &serve),
            ],
            everywhere_told,
        ),
        (&in_infer, vec![binding("guard", deny, &serve)], &[]),
        (&everywhere, vec![binding("guard", deny, &other)], &[]),
        (
            &everywhere,
            vec![binding("guard", &["Audit", "Warn"], &json!({}))],
            &[],
        ),
        (&everywhere, vec![binding("other", deny, &json!({}))], &[]),
        (&everywhere, vec![], &[]),
        (&json!(null), vec![binding("guard", deny, &json!({}))], &[]),
    ] {
        let policies: Vec<Policy> = read(json!([policy("guard", constraints)]));
        let bindings: Vec<Binding> = read(json!(bindings));
        assert_eq!(
            told(bound(&policies, &bindings), None),
            expected,
            "{constraints} {bindings:?}"
        );
    }
}

#[test]
fn a_webhook_stands_in_the_namespaces_that_it_selects() {
    let webhooks = |selector: Value| {
        let found: Webhooks = read(json!({"metadata": {"name": "guards"}, "webhooks": [
            {"name": "pods.guard.example", "rules": on("", "pods"), "namespaceSelector": selector},
            {"name": "maps.guard.example", "rules": on("", "configmaps")},
        ]}));
        found
            .guards("ValidatingWebhookConfiguration", "refused by the webhook")
            .collect::<Vec<Guard>>()
    };
    let name = "webhook pods.guard.example of ValidatingWebhookConfiguration guards: create pods";
    let but_serve = json!({"matchExpressions": [
        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["serve"]}]});
    for (selector, read_in, object) in [
        (json!({}), None, "*/*"),
        (json!(null), Some(&["infer"][..]), "*/*"),
        (but_serve.clone(), None, "infer/*"),
        (but_serve, Some(&["infer", "serve"][..]), "infer/*"),
    ] {
        assert_eq!(
            told(webhooks(selector), read_in),
            [format!("{name} on {object}")]
        );
    }
    assert!(told(webhooks(in_namespace("infer")), Some(&["serve"])).is_empty());
}

#[test]
fn what_may_not_be_listed_may_refuse_anything() {
    assert!(unread(&[]).is_none());
    let refusal =
        unread(&["mutatingwebhookconfigurations.admissionregistration.k8s.io".to_owned()]).unwrap();
    assert_eq!(refusal.objects, ["*/*"]);
    assert!(
        refusal.operations.contains("create pods")
            && refusal.operations.contains("create pods/exec")
    );
    assert!(
        refusal.source.contains("which this connector may not list"),
        "{refusal:?}"
    );
}
