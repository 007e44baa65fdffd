//! Vault, GitHub, Google Cloud and Azure.

use super::super::Case;
use super::super::facts::{Says, source, split};
use portcullis_access::{Platform, SourceFacts};

type Pair = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

const ACCOUNT: &str = "serviceAccount:fraud@models.iam.gserviceaccount.com";
const PROJECT: &str = "projects/models";

#[rustfmt::skip]
const VAULT: &[Pair] = &[
    ("vault-policy-write", &[("update", "sys/policies/acl/*")], &[("read", "sys/policies/acl/*")]),
    ("vault-token-create", &[("sudo", "auth/token/create")], &[("update", "auth/token/create")]),
    ("vault-jwt-role-write", &[("update", "auth/+/role/*")], &[("update", "auth/jwt/role/other")]),
    ("vault-jwt-role-write", &[("update", "auth/jwt/role/fraud/secret-id")], &[("read", "auth/jwt/role/fraud/secret-id")]),
    ("vault-jwt-role-write", &[("update", "auth/jwt/config")], &[("read", "auth/jwt/config")]),
    ("vault-jwt-role-write", &[("sudo", "sys/auth/*"), ("update", "sys/auth/*")], &[("update", "sys/auth/*")]),
    ("vault-jwt-role-write", &[("update", "auth/jwt/*"), ("deny", "auth/kubernetes/role/*")], &[("update", "auth/jwt/*"), ("read", "auth/jwt/role/fraud"), ("read", "auth/+/config"), ("read", "auth/jwt/config")]),
    ("vault-identity-entity", &[("update", "identity/*")], &[("update", "identity/lookup/*")]),
];

#[rustfmt::skip]
const GITHUB: &[Pair] = &[
    ("gha-workflow-write", &[("contents:write", "repo:acme/fraud"), ("workflows", "repo:acme/fraud")], &[("contents:write", "repo:acme/fraud"), ("workflows", "repo:acme/docs")]),
    ("gha-pr-target", &[("pull_request_target:checkout-head", "repo:acme/*")], &[("pull_request", "repo:acme/*")]),
];

#[rustfmt::skip]
const GCP: &[Pair] = &[
    ("gcp-rhino-01", &[("cloudbuilds.builds.create", PROJECT)], &[("cloudbuilds.builds.create", "projects/other")]),
    ("gcp-rhino-02", &[("deploymentmanager.deployments.create", PROJECT)], &[("deploymentmanager.deployments.list", PROJECT)]),
    ("gcp-rhino-03", &[("iam.roles.update", PROJECT)], &[("iam.roles.get", PROJECT)]),
    ("gcp-rhino-04", &[("iam.serviceAccounts.getAccessToken", ACCOUNT)], &[("iam.serviceAccounts.getAccessToken", "serviceAccount:other@models.iam.gserviceaccount.com")]),
    ("gcp-rhino-05", &[("iam.serviceAccountKeys.create", PROJECT)], &[("iam.serviceAccountKeys.list", PROJECT)]),
    ("gcp-rhino-06", &[("iam.serviceAccounts.implicitDelegation", ACCOUNT)], &[("iam.serviceAccounts.get", ACCOUNT)]),
    ("gcp-rhino-07", &[("iam.serviceAccounts.signBlob", "organizations/1")], &[("iam.serviceAccounts.signBlob", "projects/mod")]),
    ("gcp-rhino-08", &[("iam.serviceAccounts.signJwt", ACCOUNT)], &[("iam.serviceAccounts.sign", ACCOUNT)]),
    ("gcp-rhino-09", &[("iam.serviceAccounts.actAs", ACCOUNT), ("cloudfunctions.functions.create", PROJECT)], &[("cloudfunctions.functions.create", PROJECT)]),
    ("gcp-rhino-10", &[("iam.serviceAccounts.actAs", ACCOUNT), ("cloudfunctions.functions.update", PROJECT)], &[("iam.serviceAccounts.actAs", ACCOUNT)]),
    ("gcp-rhino-11", &[("iam.serviceAccounts.actAs", ACCOUNT), ("compute.instances.create", PROJECT)], &[("compute.instances.create", PROJECT)]),
    ("gcp-rhino-12", &[("iam.serviceAccounts.actAs", PROJECT), ("run.services.create", PROJECT)], &[("iam.serviceAccounts.actAs", "projects/other"), ("run.services.create", PROJECT)]),
    ("gcp-rhino-13", &[("iam.serviceAccounts.actAs", ACCOUNT), ("cloudscheduler.jobs.create", PROJECT)], &[("cloudscheduler.jobs.create", PROJECT)]),
    ("gcp-rhino-14", &[("orgpolicy.policy.set", "organizations/1")], &[("orgpolicy.policy.get", "organizations/1")]),
    ("gcp-rhino-15", &[("storage.hmacKeys.create", PROJECT)], &[("storage.hmacKeys.list", PROJECT)]),
    ("gcp-rhino-16", &[("serviceusage.apiKeys.create", PROJECT)], &[("serviceusage.apiKeys.delete", PROJECT)]),
    ("gcp-rhino-17", &[("serviceusage.apiKeys.list", PROJECT)], &[("serviceusage.apiKeys.list", "projects/other")]),
    ("gcp-serviceaccounts-setiampolicy", &[("iam.serviceAccounts.setIamPolicy", ACCOUNT)], &[("iam.serviceAccounts.getIamPolicy", ACCOUNT)]),
    ("gcp-projects-setiampolicy", &[("resourcemanager.projects.setIamPolicy", PROJECT)], &[("resourcemanager.projects.getIamPolicy", PROJECT)]),
    ("gcp-folders-setiampolicy", &[("resourcemanager.folders.*", "folders/1")], &[("resourcemanager.folders.get*", "folders/1")]),
    ("gcp-organizations-setiampolicy", &[("resourcemanager.organizations.setIamPolicy", "organizations/1")], &[("resourcemanager.organizations.get", "organizations/1")]),
    ("gcp-serviceaccounts-getopenidtoken", &[("iam.serviceAccounts.getOpenIdToken", ACCOUNT)], &[("iam.serviceAccounts.list", ACCOUNT)]),
    ("gcp-vertex-customjob", &[("iam.serviceAccounts.actAs", ACCOUNT), ("aiplatform.customJobs.create", PROJECT)], &[("aiplatform.customJobs.create", PROJECT)]),
];

const IDENTITY: &str = "/subscriptions/1/resourceGroups/models/providers/Microsoft.ManagedIdentity/userAssignedIdentities/fraud";
const GROUP: &str = "/subscriptions/1/resourceGroups/models";

#[rustfmt::skip]
const AZURE: &[Pair] = &[
    ("azure-01", &[("Microsoft.Authorization/*", GROUP)], &[("Microsoft.Authorization/*/read", GROUP)]),
    ("azure-02", &[("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", IDENTITY), ("Microsoft.Compute/virtualMachines/write", GROUP)], &[("Microsoft.ManagedIdentity/userAssignedIdentities/read", IDENTITY), ("Microsoft.Compute/virtualMachines/write", GROUP)]),
    ("azure-03", &[("Microsoft.Compute/virtualMachines/runCommand/action", GROUP)], &[("Microsoft.Compute/virtualMachines/runCommand/action", "/subscriptions/1/resourceGroups/other")]),
    ("azure-04", &[("Microsoft.MachineLearningServices/workspaces/computes/write", "/subscriptions/1")], &[("Microsoft.MachineLearningServices/workspaces/computes/write", "/subscriptions/2")]),
    ("azure-05", &[("microsoft.directory/applications/credentials/update", "/")], &[("microsoft.directory/applications/standard/read", "/")]),
    ("azure-06", &[("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write", GROUP)], &[("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read", GROUP)]),
];

fn pairs(pairs: &[Pair], runtime: &str, start: fn() -> SourceFacts, holder: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for (id, fires, silent) in pairs {
        for (held, does) in [(fires, true), (silent, false)] {
            let holds = |facts: SourceFacts, (operation, object): &(&str, &str)| {
                facts.allows(holder, operation, object, "binding")
            };
            let facts = held.iter().fold(start(), holds);
            // What runs as the cloud identity is the workload that the split declares.
            let facts = facts.edge(
                runtime,
                "assumes",
                "spiffe://acme.example/production/fraud",
                "federation",
            );
            let split = split(&["user:ana"], &["spiffe://acme.example/production/fraud"]);
            cases.push(Case::new(id, does, split, vec![facts]));
        }
    }
    cases
}

pub(crate) fn cases() -> Vec<Case> {
    let vault = || {
        source("vault", Platform::Vault)
            .lists("role:auth/jwt/role/fraud", "role")
            .edge("user:ana", "member_of", "policy:it", "entity ana")
    };
    let github = || source("github", Platform::Github).lists("ci:github:acme/fraud:ref:main", "ci");
    let gcp = || source("gcp", Platform::Gcp).lists(ACCOUNT, "service-account");
    let azure = || {
        source("azure", Platform::Azure).lists(&format!("identity:{IDENTITY}"), "service-account")
    };
    let mut cases = pairs(VAULT, "role:auth/jwt/role/fraud", vault, "policy:it");
    cases.extend(pairs(
        GITHUB,
        "ci:github:acme/fraud:ref:main",
        github,
        "user:ana",
    ));
    cases.extend(pairs(GCP, ACCOUNT, gcp, "user:ana"));
    cases.extend(pairs(
        AZURE,
        &format!("identity:{IDENTITY}"),
        azure,
        "user:ana",
    ));
    for (pattern, fires) in [
        ("ci:github:acme/*", true),
        ("ci:github:acme/fraud:*", false),
    ] {
        let role = "role:arn:aws:iam::1:role/models";
        let aws =
            source("aws", Platform::Aws).edge(pattern, "assumes", role, "trust policy of models");
        let split = split(&["ci:github:acme/docs:ref:main"], &[role]);
        cases.push(Case::new("oidc-sub-wildcard", fires, split, vec![aws]));
    }
    cases
}
