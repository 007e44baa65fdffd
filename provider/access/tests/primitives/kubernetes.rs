//! Kubernetes: each permission in a role of the deployer, against a runtime account.

use super::super::Case;
use super::super::facts::{Says, source, split};
use portcullis_access::{Platform, SourceFacts, Split};

/// What the deployer's role holds: operation and object, and the twin that does not do.
type Pair = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip]
const PAIRS: &[Pair] = &[
    ("k8s-cluster-admin", &[("* *.*", "*/*")], &[("get *.*", "build/*")]),
    ("k8s-list-secrets", &[("list secrets", "infer/*")], &[("list configmaps", "infer/*")]),
    ("k8s-get-secrets", &[("get secrets", "infer/run-token")], &[("get secrets", "infer/other")]),
    ("k8s-watch-secrets", &[("watch secrets", "infer/*")], &[("watch secrets", "build/*")]),
    ("k8s-create-pods", &[("create pods", "infer/*")], &[("create pods", "build/*")]),
    ("k8s-create-deployments", &[("create deployments.apps", "infer/*")], &[("create deployments", "infer/*")]),
    ("k8s-create-daemonsets", &[("create daemonsets.apps", "infer/*")], &[("get daemonsets.apps", "infer/*")]),
    ("k8s-create-statefulsets", &[("create statefulsets.apps", "infer/*")], &[("delete statefulsets.apps", "infer/*")]),
    ("k8s-create-replicasets", &[("create replicasets.apps", "infer/*")], &[("create replicasets.apps", "infer/one")]),
    ("k8s-create-jobs", &[("create jobs.batch", "infer/*")], &[("create jobs.apps", "infer/*")]),
    ("k8s-create-cronjobs", &[("create cronjobs.batch", "*/*")], &[("list cronjobs.batch", "*/*")]),
    ("k8s-create-replicationcontrollers", &[("create replicationcontrollers", "infer/*")], &[("create services", "infer/*")]),
    ("k8s-assign-sa", &[("update deployments.apps", "infer/fraud")], &[("update deployments.apps/scale", "infer/fraud")]),
    ("k8s-modify-pods", &[("patch pods", "infer/*")], &[("patch pods/log", "infer/*")]),
    ("k8s-pods-exec", &[("create pods/exec", "infer/*")], &[("create pods/portforward", "infer/*")]),
    ("k8s-pods-ephemeral", &[("patch pods/ephemeralcontainers", "infer/*")], &[("get pods/ephemeralcontainers", "infer/*")]),
    ("k8s-pod-status", &[("patch pods/status", "infer/*")], &[("get pods/status", "infer/*")]),
    ("k8s-steal-pods", &[("patch nodes/status", "*/*"), ("delete pods", "infer/*")], &[("get nodes/status", "*/*"), ("delete pods", "infer/*")]),
    ("k8s-service-status", &[("patch services/status", "infer/*")], &[("patch services", "infer/*")]),
    ("k8s-modify-node-status", &[("patch nodes/status", "*/*")], &[("patch nodes/status", "infer/*")]),
    ("k8s-nodes-proxy", &[("get nodes/proxy", "*/*")], &[("get nodes/log", "*/*")]),
    ("k8s-nodes-proxy-create", &[("create nodes/proxy", "*/*")], &[("create nodes/proxy", "infer/*")]),
    ("k8s-create-pv", &[("create persistentvolumes", "*/*")], &[("create persistentvolumeclaims", "*/*")]),
    ("k8s-token-request", &[("create serviceaccounts/token", "infer/run")], &[("create serviceaccounts/token", "infer/other")]),
    ("k8s-impersonate-serviceaccounts", &[("impersonate serviceaccounts", "infer/run")], &[("impersonate serviceaccounts", "build/run")]),
    ("k8s-impersonate-users", &[("impersonate users", "*/root")], &[("impersonate users", "*/nobody")]),
    ("k8s-impersonate-groups", &[("impersonate groups", "*/system:masters")], &[("impersonate groups", "*/viewers")]),
    ("k8s-impersonate-userextras", &[("impersonate userextras.authentication.k8s.io/scopes", "*/*")], &[("impersonate userextras.authentication.k8s.io/scopes", "infer/*")]),
    ("k8s-issue-token-secret", &[("create secrets", "infer/*")], &[("create secrets", "build/*")]),
    ("k8s-escalate-roles", &[("escalate roles.rbac.authorization.k8s.io", "infer/*")], &[("escalate roles.rbac.authorization.k8s.io", "build/*")]),
    ("k8s-escalate-clusterroles", &[("escalate clusterroles.rbac.authorization.k8s.io", "*/*")], &[("escalate clusterroles.rbac.authorization.k8s.io", "infer/*")]),
    ("k8s-bind-roles", &[("bind roles.rbac.authorization.k8s.io", "infer/*")], &[("bind roles", "infer/*")]),
    ("k8s-bind-clusterroles", &[("bind clusterroles.rbac.authorization.k8s.io", "*/*")], &[("get clusterroles.rbac.authorization.k8s.io", "*/*")]),
    ("k8s-bind-rolebindings", &[("bind rolebindings.rbac.authorization.k8s.io", "infer/*")], &[("create rolebindings.rbac.authorization.k8s.io", "infer/*")]),
    ("k8s-bind-clusterrolebindings", &[("bind clusterrolebindings.rbac.authorization.k8s.io", "*/*")], &[("create clusterrolebindings.rbac.authorization.k8s.io", "*/*")]),
    ("k8s-csr-approve", &[("create certificatesigningrequests.certificates.k8s.io", "*/*"), ("update certificatesigningrequests.certificates.k8s.io/approval", "*/*")], &[("create certificatesigningrequests.certificates.k8s.io", "*/*")]),
    ("k8s-webhook-validating", &[("update validatingwebhookconfigurations.admissionregistration.k8s.io", "*/*")], &[("get validatingwebhookconfigurations.admissionregistration.k8s.io", "*/*")]),
    ("k8s-webhook-mutatingwe", &[("patch mutatingwebhookconfigurations.admissionregistration.k8s.io", "*/hooks")], &[("list mutatingwebhookconfigurations.admissionregistration.k8s.io", "*/*")]),
    ("k8s-patch-namespace", &[("patch namespaces", "*/infer")], &[("patch namespaces", "*/build")]),
    ("k8s-aws-auth", &[("update configmaps", "kube-system/aws-auth")], &[("update configmaps", "infer/aws-auth")]),
];

fn cluster() -> SourceFacts {
    source("cluster", Platform::Kubernetes)
        .lists("sa:build/deploy", "service-account")
        .lists("sa:infer/run", "service-account")
        .object(
            "secret:infer/run-token",
            "service-account",
            "service_account",
            "infer/run",
        )
        .edge(
            "user:root",
            "member_of",
            "clusterrole:admin",
            "ClusterRoleBinding root",
        )
        .allows("clusterrole:admin", "* *.*", "*/*", "ClusterRole admin")
        .edge(
            "sa:build/deploy",
            "member_of",
            "clusterrole:it",
            "ClusterRoleBinding it",
        )
}

fn question() -> Split {
    split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"])
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (id, fires, silent) in PAIRS {
        for (held, does) in [(fires, true), (silent, false)] {
            let holds = |cluster: SourceFacts, (operation, object): &(&str, &str)| {
                cluster.allows("clusterrole:it", operation, object, "ClusterRole it")
            };
            let cluster = held.iter().fold(cluster(), holds);
            cases.push(Case::new(id, does, question(), vec![cluster]));
        }
    }
    let cloud = &["role:arn:aws:iam::1:role/models"];
    for (label, fires) in [("role_arn", true), ("team", false)] {
        let cluster = cluster().labels("sa:build/deploy", label, "arn:aws:iam::1:role/models");
        let split = split(&["sa:cluster/build/deploy"], cloud);
        cases.push(Case::new("k8s-provider-iam", fires, split, vec![cluster]));
    }
    cases
}
