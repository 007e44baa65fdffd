//! Tokens that one platform issues and another trusts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use facts::{Says, crosses, crossing, source, split};
use portcullis_access::{Platform, SourceFacts};

const ISSUER: &str = "https://kubernetes.default.svc";
const ROLE: &str = "role:auth/jwt/role/fraud";

/// A cluster in whose namespace `infer` the pipeline creates deployments.
fn cluster(issuer: Option<&str>) -> SourceFacts {
    let facts = source("cluster", Platform::Kubernetes)
        .lists("sa:infer/deploy", "service-account")
        .lists("sa:infer/runtime", "service-account")
        .lists("sa:other/runtime", "service-account")
        .edge(
            "ci:github:acme/fraud:ref:main",
            "assumes",
            "sa:infer/deploy",
            "config",
        )
        .edge(
            "sa:infer/deploy",
            "member_of",
            "role:infer/deployer",
            "RoleBinding infer/d",
        )
        .allows(
            "role:infer/deployer",
            "create deployments.apps",
            "infer/*",
            "Role infer/deployer",
        );
    match issuer {
        Some(url) => facts.object(&format!("issuer:{url}"), "issuer", "url", url),
        None => facts,
    }
}

fn bao(trusted: &str) -> SourceFacts {
    source("bao", Platform::Vault).lists(ROLE, "role").edge(
        trusted,
        "assumes",
        ROLE,
        "role auth/jwt/role/fraud",
    )
}

fn reaches(trusted: &str, issuer: Option<&str>) -> bool {
    let split = split(&["ci:github:acme/fraud:ref:main"], &[ROLE]);
    crosses(&split, &[cluster(issuer), bao(trusted)])
}

#[test]
fn a_pipeline_comes_over_a_cluster_to_a_role_that_trusts_its_tokens() {
    let trusted = format!("oidc:{ISSUER}#system:serviceaccount:infer:runtime");
    let split = split(&["ci:github:acme/fraud:ref:main"], &[ROLE]);
    let found = crossing(&split, &[cluster(Some(ISSUER)), bao(&trusted)]);
    assert_eq!(
        found.to_string(),
        format!(
            "  ci:github:acme/fraud:ref:main --assumes--> sa:cluster/infer/deploy --creates deployments in infer--> \
             any service account in infer --includes--> sa:cluster/infer/runtime --is issued--> {trusted} --assumes--> \
             role:bao/auth/jwt/role/fraud"
        )
    );
}

#[test]
fn issuer_and_subject_decide_who_is_trusted() {
    let subject = |subject: &str| format!("oidc:{ISSUER}#system:serviceaccount:{subject}");
    for (trusted, issuer, expected) in [
        (subject("infer:runtime"), Some(ISSUER), true),
        (
            subject("infer:runtime"),
            Some("https://other.example"),
            false,
        ),
        (subject("other:runtime"), Some(ISSUER), false),
        (subject("infer:*"), Some(ISSUER), true),
        (subject("oth*:*"), Some(ISSUER), false),
        // Whoever may create deployments there, may also be what is created later.
        (subject("infer:not-yet"), Some(ISSUER), true),
        (
            "oidc:kubernetes.default.svc/#system:serviceaccount:infer:runtime".to_owned(),
            Some(ISSUER),
            true,
        ),
        // Neither side says whose tokens: they may be these.
        (
            "oidc:*#system:serviceaccount:infer:runtime".to_owned(),
            Some(ISSUER),
            true,
        ),
        (subject("infer:runtime"), None, true),
        (subject("other:runtime"), None, false),
        (
            "oidc:*#system:serviceaccount:infer:not-yet".to_owned(),
            Some(ISSUER),
            false,
        ),
        (format!("oidc:{ISSUER}#*"), Some(ISSUER), true),
        // A name that is no token's.
        (format!("oidc:{ISSUER}"), Some(ISSUER), false),
    ] {
        assert_eq!(
            reaches(&trusted, issuer),
            expected,
            "{trusted} of {issuer:?}"
        );
    }
}

#[test]
fn a_trust_in_an_unknown_issuer_says_on_what_it_rests() {
    let split = split(&["ci:github:acme/fraud:ref:main"], &[ROLE]);
    let trusted = "oidc:*#system:serviceaccount:infer:runtime";
    let said = facts::said(&split, &[cluster(Some(ISSUER)), bao(trusted)]);
    assert!(
        said.contains("its own issuer (if `it signs the tokens that are trusted there`, which is taken to hold)"),
        "{said}"
    );
}

#[test]
fn clouds_trust_pipelines_and_workloads_by_the_same_words() {
    let role = "role:arn:aws:iam::1:role/fraud";
    for (trusted, deployer, expected) in [
        (
            "repo:acme/fraud:ref:refs/heads/main",
            "ci:github:acme/fraud:ref:main",
            true,
        ),
        (
            "repo:acme/fraud:ref:refs/heads/main",
            "ci:github:acme/fraud:ref:dev",
            false,
        ),
        ("repo:acme/*", "ci:github:acme/fraud:ref:dev", true),
        (
            "repo:acme/fraud:environment:production",
            "ci:github:acme/fraud:environment:production",
            true,
        ),
        ("repo:other/*", "ci:github:acme/fraud:ref:main", false),
    ] {
        let issuer = "token.actions.githubusercontent.com";
        let aws = source("aws", Platform::Aws).edge(
            &format!("oidc:{issuer}#{trusted}"),
            "assumes",
            role,
            "trust",
        );
        assert_eq!(
            crosses(&split(&[deployer], &[role]), &[aws]),
            expected,
            "{trusted} by {deployer}"
        );
    }
    let workload = "spiffe://acme.example/ci/deployer";
    let aws = source("aws", Platform::Aws).edge(
        &format!("oidc:https://id.acme.example#{workload}"),
        "assumes",
        role,
        "trust",
    );
    assert!(crosses(&split(&[workload], &[role]), &[aws]));
}

#[test]
fn subjects_that_only_a_split_names_are_trusted_like_others() {
    for (trusted, deployer, expected) in [
        (
            "oidc:*#system:serviceaccount:infer:new",
            "sa:cluster/infer/new",
            true,
        ),
        (
            "oidc:*#system:serviceaccount:infer:n*",
            "sa:cluster/infer/new",
            true,
        ),
        (
            "oidc:*#system:serviceaccount:infer:old",
            "sa:cluster/infer/new",
            false,
        ),
        (
            "oidc:https://other.example#system:serviceaccount:infer:new",
            "sa:cluster/infer/new",
            false,
        ),
        (
            "oidc:*#spiffe://acme.example/ci/*",
            "spiffe://acme.example/ci/deployer",
            true,
        ),
        (
            "oidc:*#spiffe://acme.example/production/*",
            "spiffe://acme.example/ci/deployer",
            false,
        ),
    ] {
        let split = split(&[deployer], &[ROLE]);
        let found = crosses(&split, &[cluster(Some(ISSUER)), bao(trusted)]);
        assert_eq!(found, expected, "{trusted} by {deployer}");
    }
}

/// The trust of a role of AWS in the tokens of a cluster, as its connector tells it.
fn web_identity(subject: &str) -> SourceFacts {
    let issuer = "oidc.eks.eu-west-1.amazonaws.com/id/E1";
    let role = "role:arn:aws:iam::1:role/models";
    let provider = format!("group:arn:aws:iam::1:oidc-provider/{issuer}");
    source("aws", Platform::Aws)
        .lists(role, "role")
        .edge(
            &format!("oidc:https://{issuer}#{subject}"),
            "assumes",
            role,
            "trust policy of role models",
        )
        .edge(&provider, "assumes", role, "trust policy of role models")
}

#[test]
fn a_pipeline_comes_over_a_cluster_to_a_role_of_a_cloud() {
    let issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/E1";
    let aws = web_identity("system:serviceaccount:infer:runtime");
    let role = "role:arn:aws:iam::1:role/models";
    let split = split(&["ci:github:acme/fraud:ref:main"], &[role]);
    let found = crossing(&split, &[aws.clone(), cluster(Some(issuer))]);
    assert_eq!(
        found.to_string(),
        format!(
            "  ci:github:acme/fraud:ref:main --assumes--> sa:cluster/infer/deploy --creates deployments in infer--> \
             any service account in infer --includes--> sa:cluster/infer/runtime --is issued--> \
             oidc:{issuer}#system:serviceaccount:infer:runtime --assumes--> {role}"
        )
    );
    // Another account of the cluster is not let in: the cluster itself tells who has its tokens, and nobody else does.
    let other = web_identity("system:serviceaccount:elsewhere:runtime");
    let said = facts::said(&split, &[other.clone(), cluster(Some(issuer))]);
    assert!(said.starts_with("Proof"), "{said}");
    // Without the cluster nobody knows who has them.
    let said = facts::said(&split, &[other]);
    assert!(
        said.contains("oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/E1"),
        "{said}"
    );
}
