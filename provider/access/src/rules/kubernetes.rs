//! Kubernetes RBAC: what a verb on a resource amounts to.
//!
//! One row a primitive, with the page or rule that describes it: `GP` is "Role Based Access Control Good Practices" of
//! the Kubernetes documentation, `RP` the named rule of Palo Alto Networks' rbac-police. Where several verbs are the
//! same door the row names them all.

use crate::Platform;
use crate::Relation::{
    self, ActsAsViaCompute as Computes, Assumes, CanGrant as Grants, EditsTrust as Trusts,
    ReadsSecretOf as Reads,
};
use crate::rules::Reach::{
    self, AnyNode, Cluster, Compute, Groups, Namespace, Pods, Secrets, ServiceAccounts, Users,
};
use crate::rules::Rule;

const fn row(
    id: &'static str,
    needs: &'static [&'static str],
    relation: Relation,
    reach: Reach,
    does: &'static str,
    _source: &'static str,
) -> Rule {
    let (platform, same_object) = (Platform::Kubernetes, false);
    Rule {
        id,
        platform,
        relation,
        needs,
        same_object,
        reach,
        does,
    }
}

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    row("k8s-cluster-admin", &["* *.*"], Grants, Cluster, "does everything", "RP cluster_admin"),
    row("k8s-list-secrets", &["list secrets"], Reads, Secrets, "lists secrets", "RP list_secrets"),
    row("k8s-get-secrets", &["get secrets"], Reads, Secrets, "gets secrets", "GP listing secrets"),
    row("k8s-watch-secrets", &["watch secrets"], Reads, Secrets, "watches secrets", "GP listing secrets"),
    row("k8s-create-pods", &["create pods"], Computes, Compute, "creates pods", "GP workload creation"),
    row("k8s-create-deployments", &["create deployments.apps"], Computes, Compute, "creates deployments", "GP workload creation"),
    row("k8s-create-daemonsets", &["create daemonsets.apps"], Computes, Compute, "creates daemonsets", "GP workload creation"),
    row("k8s-create-statefulsets", &["create statefulsets.apps"], Computes, Compute, "creates statefulsets", "GP workload creation"),
    row("k8s-create-replicasets", &["create replicasets.apps"], Computes, Compute, "creates replicasets", "GP workload creation"),
    row("k8s-create-jobs", &["create jobs.batch"], Computes, Compute, "creates jobs", "GP workload creation"),
    row("k8s-create-cronjobs", &["create cronjobs.batch"], Computes, Compute, "creates cronjobs", "GP workload creation"),
    row("k8s-create-replicationcontrollers", &["create replicationcontrollers"], Computes, Compute, "creates replicationcontrollers", "GP workload creation"),
    row("k8s-assign-sa", &["update|patch deployments.apps|daemonsets.apps|statefulsets.apps|replicasets.apps|jobs.batch|cronjobs.batch|replicationcontrollers"], Computes, Compute, "changes pod templates", "RP assign_sa"),
    row("k8s-modify-pods", &["update|patch pods"], Computes, Pods, "changes pods", "RP modify_pods"),
    row("k8s-pods-exec", &["create|get pods/exec|pods/attach"], Computes, Pods, "runs commands in pods", "RP pods_exec"),
    row("k8s-pods-ephemeral", &["update|patch pods/ephemeralcontainers"], Computes, Pods, "adds containers to pods", "RP pods_ephemeral_ctrs"),
    row("k8s-pod-status", &["update|patch pods/status"], Computes, Pods, "changes the status of pods", "RP modify_pod_status"),
    row("k8s-steal-pods", &["delete pods", "update|patch nodes/status"], Computes, Pods, "drives pods to a node of its own", "RP steal_pods"),
    row("k8s-service-status", &["update|patch services/status"], Computes, Pods, "takes over the traffic of services", "RP modify_service_status_cve_2020_8554"),
    row("k8s-modify-node-status", &["update|patch nodes/status"], Computes, AnyNode, "changes the status of nodes", "RP modify_node_status"),
    row("k8s-nodes-proxy", &["get nodes/proxy"], Computes, AnyNode, "gets through to kubelets", "GP access to proxy subresource of nodes"),
    row("k8s-nodes-proxy-create", &["create nodes/proxy"], Computes, AnyNode, "calls kubelets", "RP nodes_proxy"),
    row("k8s-create-pv", &["create persistentvolumes"], Computes, AnyNode, "creates persistentvolumes", "GP persistent volume creation"),
    row("k8s-token-request", &["create serviceaccounts/token"], Assumes, ServiceAccounts, "mints tokens", "RP token_request"),
    row("k8s-impersonate-serviceaccounts", &["impersonate serviceaccounts"], Assumes, ServiceAccounts, "impersonates service accounts", "RP impersonate"),
    row("k8s-impersonate-users", &["impersonate users"], Assumes, Users, "impersonates users", "RP impersonate"),
    row("k8s-impersonate-groups", &["impersonate groups"], Assumes, Groups, "impersonates groups", "RP impersonate"),
    row("k8s-impersonate-userextras", &["impersonate userextras.authentication.k8s.io|userextras.authentication.k8s.io/*"], Assumes, Users, "impersonates with attributes of users", "RP impersonate"),
    row("k8s-issue-token-secret", &["create secrets"], Reads, ServiceAccounts, "has token secrets issued", "RP issue_token_secrets"),
    row("k8s-escalate-roles", &["escalate roles.rbac.authorization.k8s.io"], Grants, Namespace, "escalates roles", "RP escalate_roles"),
    row("k8s-escalate-clusterroles", &["escalate clusterroles.rbac.authorization.k8s.io"], Grants, Cluster, "escalates clusterroles", "RP escalate_roles"),
    row("k8s-bind-roles", &["bind roles.rbac.authorization.k8s.io"], Grants, Namespace, "binds roles", "RP bind_roles"),
    row("k8s-bind-clusterroles", &["bind clusterroles.rbac.authorization.k8s.io"], Grants, Namespace, "binds clusterroles", "RP bind_roles"),
    row("k8s-bind-rolebindings", &["bind rolebindings.rbac.authorization.k8s.io"], Grants, Namespace, "binds through rolebindings", "RP bind_roles"),
    row("k8s-bind-clusterrolebindings", &["bind clusterrolebindings.rbac.authorization.k8s.io"], Grants, Cluster, "binds through clusterrolebindings", "RP bind_roles"),
    row("k8s-csr-approve", &["update|patch certificatesigningrequests.certificates.k8s.io/approval", "create certificatesigningrequests.certificates.k8s.io"], Grants, Cluster, "approves its own certificates", "RP approve_csrs"),
    row("k8s-webhook-validating", &["create|update|patch validatingwebhookconfigurations.admissionregistration.k8s.io"], Reads, Secrets, "sees every object written", "RP control_webhooks"),
    row("k8s-webhook-mutatingwe", &["create|update|patch mutatingwebhookconfigurations.admissionregistration.k8s.io"], Grants, Cluster, "rewrites every object written", "RP control_webhooks"),
    row("k8s-patch-namespace", &["update|patch namespaces"], Trusts, Namespace, "changes what a namespace enforces", "GP namespace modification"),
    row("k8s-aws-auth", &["create|update|patch configmaps"], Grants, Reach::AwsAuth, "changes who maps to cluster users", "RP eks_modify_aws_auth"),
    row("k8s-provider-iam", &[], Assumes, Reach::Built, "acts in the cloud as", "RP providerIAM"),
];
