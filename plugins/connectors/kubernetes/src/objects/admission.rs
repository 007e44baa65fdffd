//! The admission policy that keeps pod templates of deploy away from what is the runtime's.
//!
//! RBAC decides who may write a Deployment and not what may stand in it: whoever may write one can name any account of the
//! namespace in its pod template and mount any secret. The policy names what may stand there.

use std::collections::BTreeSet;

use portcullis_plugin::covers;
use serde_json::{Value, json};

use super::compile::Document;
use super::place::{ADMISSION_BINDING, ADMISSION_POLICY, Place};
use super::split::{Bound, Settings};

/// Where the policy and its binding are.
pub(super) fn places(base: &str, namespace: &str) -> [Place; 2] {
    let name = format!("portcullis.{base}.{namespace}");
    [
        Place::of_cluster(&ADMISSION_BINDING, &name),
        Place::of_cluster(&ADMISSION_POLICY, &name),
    ]
}

/// The policy and its binding.
pub(super) fn policy(
    base: &str,
    settings: &Settings,
    bound: &BTreeSet<Bound>,
) -> (Document, Document) {
    let [binding, policy] = places(base, &settings.namespace);
    let name = policy.name().to_owned();
    let policy = Document {
        place: policy,
        content: json!({"spec": spec(settings, bound)}),
    };
    let binding = Document {
        place: binding,
        content: json!({"spec": {"policyName": name, "validationActions": ["Deny"]}}),
    };
    (policy, binding)
}

fn spec(settings: &Settings, bound: &BTreeSet<Bound>) -> Value {
    let rule = |group: &str, resources: &[&str]| {
        json!({
            "apiGroups": [group], "apiVersions": ["*"], "resources": resources,
            "operations": ["CREATE", "UPDATE"], "scope": "*",
        })
    };
    json!({
        "failurePolicy": "Fail",
        "matchConstraints": {
            "matchPolicy": "Equivalent",
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": settings.namespace}},
            "objectSelector": {},
            "resourceRules": [
                rule("", &["pods", "pods/ephemeralcontainers", "replicationcontrollers", "podtemplates"]),
                rule("apps", &["deployments", "statefulsets", "daemonsets", "replicasets"]),
                rule("batch", &["jobs", "cronjobs"]),
            ],
        },
        "matchConditions": [{"name": "is-deploy", "expression": is_deploy(bound)}],
        "variables": [
            {"name": "pod", "expression": POD},
            {"name": "containers", "expression": CONTAINERS},
        ],
        "validations": [
            {
                "expression": accounts(&settings.service_accounts),
                "message": format!(
                    "a pod template of deploy may only name these service accounts: {}",
                    settings.service_accounts.join(", ")
                ),
            },
            {
                "expression": volumes(&settings.secrets),
                "message": "a pod template of deploy may only mount secrets that the split names",
            },
            {
                "expression": variables_of_containers(&settings.secrets),
                "message": "a container of deploy may only take variables from secrets that the split names",
            },
        ],
    })
}

/// The specification of pods, where each kind has it.
const POD: &str = "has(object.template) ? object.template.spec : \
                   has(object.spec.jobTemplate) ? object.spec.jobTemplate.spec.template.spec : \
                   has(object.spec.template) ? object.spec.template.spec : object.spec";
/// Containers of all sorts.
const CONTAINERS: &str = "variables.pod.containers + \
                          (has(variables.pod.initContainers) ? variables.pod.initContainers : []) + \
                          (has(variables.pod.ephemeralContainers) ? variables.pod.ephemeralContainers : [])";

/// Whether the request is one of deploy's.
fn is_deploy(bound: &BTreeSet<Bound>) -> String {
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for bound in bound {
        match bound {
            Bound::Account { namespace, name } => {
                users.push(format!("system:serviceaccount:{namespace}:{name}"));
            }
            Bound::User(name) => users.push(name.clone()),
            Bound::Group(name) => groups.push(name.clone()),
        }
    }
    format!(
        "request.userInfo.username in {} || (has(request.userInfo.groups) && request.userInfo.groups.exists(group, group \
         in {}))",
        list(&users),
        list(&groups)
    )
}

/// Both names of the account, the one of today and the one of long ago, and the account that stands for no name.
fn accounts(allowed: &[String]) -> String {
    let allowed = list(allowed);
    format!(
        "(has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName != '' ? \
         variables.pod.serviceAccountName : has(variables.pod.serviceAccount) && variables.pod.serviceAccount != '' ? \
         variables.pod.serviceAccount : 'default') in {allowed} && (!has(variables.pod.serviceAccount) || \
         variables.pod.serviceAccount == '' || variables.pod.serviceAccount in {allowed})"
    )
}

fn volumes(allowed: &[String]) -> String {
    let allowed = list(allowed);
    format!(
        "!has(variables.pod.volumes) || variables.pod.volumes.all(volume, (!has(volume.secret) || \
         (has(volume.secret.secretName) && volume.secret.secretName in {allowed})) && (!has(volume.projected) || \
         !has(volume.projected.sources) || volume.projected.sources.all(source, !has(source.secret) || \
         (has(source.secret.name) && source.secret.name in {allowed}))))"
    )
}

fn variables_of_containers(allowed: &[String]) -> String {
    let allowed = list(allowed);
    format!(
        "variables.containers.all(container, (!has(container.env) || container.env.all(variable, \
         !has(variable.valueFrom) || !has(variable.valueFrom.secretKeyRef) || (has(variable.valueFrom.secretKeyRef.name) \
         && variable.valueFrom.secretKeyRef.name in {allowed}))) && (!has(container.envFrom) || \
         container.envFrom.all(origin, !has(origin.secretRef) || (has(origin.secretRef.name) && origin.secretRef.name in \
         {allowed}))))"
    )
}

/// A list of texts in CEL, which writes a text as JSON does.
fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| json!(text).to_string()).collect();
    format!("[{}]", texts.join(", "))
}

/// Whether a document of this module, as the server has it, still is what was written. A server fills in defaults; what would
/// except something from the policy is none of them.
pub(super) fn is_intact(found: &Value, wanted: &Value) -> bool {
    let exceptions = [
        "/spec/matchConstraints/excludeResourceRules",
        "/spec/paramKind",
        "/spec/paramRef",
        "/spec/matchResources",
    ];
    let is_empty = |at: &&str| match found.pointer(at) {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    };
    let selector = found.pointer("/spec/matchConstraints/objectSelector");
    let selects_all = selector
        .and_then(Value::as_object)
        .is_none_or(serde_json::Map::is_empty);
    covers(found, wanted) && exceptions.iter().all(is_empty) && selects_all
}

#[cfg(test)]
mod tests;
