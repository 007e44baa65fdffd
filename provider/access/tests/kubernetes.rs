//! Paths through a cluster: what is found, how it reads, and what is left alone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use facts::{Says, crosses, crossing, judge, judge_with, said, source, split};
use portcullis_access::{Memberships, Platform, Separation, SourceFacts, Through};

/// A deployer who may create Deployments and nothing else, in the namespace of the runtime account.
fn side_door() -> SourceFacts {
    source("cluster", Platform::Kubernetes)
        .lists("sa:infer/fraud-deploy", "service-account")
        .lists("sa:infer/fraud-runtime", "service-account")
        .lists("role:infer/deployer", "role")
        .object("secret:infer/fraud-key", "secret", "", "")
        .allows(
            "role:infer/deployer",
            "create deployments.apps",
            "infer/*",
            "Role infer/deployer",
        )
        .edge(
            "sa:infer/fraud-deploy",
            "member_of",
            "role:infer/deployer",
            "RoleBinding infer/deployers",
        )
        .edge(
            "ci:github:acme/fraud:ref:main",
            "assumes",
            "sa:infer/fraud-deploy",
            "config assumed_by",
        )
}

const DEPLOY: &[&str] = &["ci:github:acme/fraud:ref:main"];
const RUNTIME: &[&str] = &["sa:cluster/infer/fraud-runtime"];

#[test]
fn the_side_door_of_a_deployer() {
    insta::assert_snapshot!(said(&split(DEPLOY, RUNTIME), &[side_door()]));
}

#[test]
fn the_pipeline_reads_as_the_platform_says_it() {
    let crossing = crossing(&split(DEPLOY, RUNTIME), &[side_door()]);
    assert_eq!(
        crossing.runtime.to_string(),
        "ci:github:acme/fraud:ref:main --assumes--> sa:cluster/infer/fraud-deploy \
         --creates deployments in infer--> any service account in infer \
         --includes--> sa:cluster/infer/fraud-runtime"
    );
}

#[test]
fn another_namespace_is_apart() {
    let runtime = &["sa:cluster/serve/fraud-runtime"];
    let cluster = side_door().lists("sa:serve/fraud-runtime", "service-account");
    assert!(matches!(
        judge(&split(DEPLOY, runtime), &[cluster]),
        Separation::Holds(proof) if proof.sources.len() == 1
    ));
}

#[test]
fn an_account_that_does_not_exist_yet_is_reached_all_the_same() {
    let later = split(DEPLOY, &["sa:cluster/infer/not-created-yet"]);
    assert!(crosses(&later, &[side_door()]));
    let elsewhere = split(DEPLOY, &["sa:cluster/serve/not-created-yet"]);
    assert!(!crosses(&elsewhere, &[side_door()]));
}

#[test]
fn what_a_split_does_not_look_through_is_no_path() {
    let mut narrow = split(DEPLOY, RUNTIME);
    narrow.through = BTreeSet::from([Through::RoleChaining, Through::Groups]);
    assert!(!crosses(&narrow, &[side_door()]));
    narrow.through.insert(Through::PodIdentity);
    assert!(crosses(&narrow, &[side_door()]));
}

#[test]
fn a_connector_that_did_not_tell_all_proves_nothing() {
    let apart = split(DEPLOY, &["sa:cluster/serve/fraud-runtime"]);
    let unread = BTreeMap::from([("cluster".parse().unwrap(), "page 3 was refused".to_owned())]);
    let judged = judge_with(&apart, &[side_door()], &Memberships::new(), &unread);
    insta::assert_snapshot!(
        judged
            .into_verdict("production/fraud-scorer")
            .reason()
            .unwrap()
    );
    let elsewhere = source("other", Platform::Kubernetes);
    let absent = judge(&split(DEPLOY, RUNTIME), &[elsewhere]);
    assert!(matches!(
        absent,
        Separation::Undecided(missing) if missing.sources.keys().any(|name| name.as_str() == "cluster")
    ));
}

#[test]
fn who_takes_on_both_identities_crosses_without_being_declared() {
    let cluster = source("cluster", Platform::Kubernetes)
        .edge("ci:github:acme/all", "assumes", "sa:build/deploy", "config")
        .edge("ci:github:acme/all", "assumes", "sa:infer/run", "config");
    let apart = split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]);
    assert_eq!(
        crossing(&apart, &[cluster]).to_string(),
        "  ci:github:acme/all --assumes--> sa:cluster/build/deploy --declared under--> deploy\n  \
         ci:github:acme/all --assumes--> sa:cluster/infer/run --declared under--> runtime"
    );
}

#[test]
fn the_runtime_identity_must_not_come_to_deploy_either() {
    let cluster = source("cluster", Platform::Kubernetes)
        .edge(
            "sa:infer/run",
            "member_of",
            "role:build/tokens",
            "RoleBinding build/tokens",
        )
        .allows(
            "role:build/tokens",
            "create serviceaccounts/token",
            "build/deploy",
            "Role build/tokens",
        );
    let apart = split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]);
    assert_eq!(
        crossing(&apart, &[cluster]).to_string(),
        "  sa:cluster/infer/run --mints tokens build/deploy--> sa:cluster/build/deploy"
    );
}

#[test]
fn an_administrator_who_is_declared_on_no_side_is_no_crossing() {
    let cluster = source("cluster", Platform::Kubernetes)
        .lists("sa:build/deploy", "service-account")
        .lists("sa:infer/run", "service-account")
        .edge(
            "user:root",
            "member_of",
            "clusterrole:cluster-admin",
            "ClusterRoleBinding root",
        )
        .allows(
            "clusterrole:cluster-admin",
            "* *.*",
            "*/*",
            "ClusterRole cluster-admin",
        );
    let apart = split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]);
    assert!(!crosses(&apart, std::slice::from_ref(&cluster)));
    let admin = split(&["user:root"], &["sa:cluster/infer/run"]);
    assert_eq!(
        crossing(&admin, &[cluster]).to_string(),
        "  user:root --does everything everywhere--> cluster admin of cluster --includes--> any service account of cluster \
         --includes--> sa:cluster/infer/run"
    );
}

#[test]
fn a_member_of_a_declared_group_gains_what_the_group_holds() {
    let cluster = source("cluster", Platform::Kubernetes)
        .lists("sa:infer/run", "service-account")
        .edge(
            "group:ml-release",
            "member_of",
            "role:infer/pods",
            "RoleBinding infer/pods",
        )
        .allows(
            "role:infer/pods",
            "create pods/exec",
            "infer/*",
            "Role infer/pods",
        );
    let groups = Memberships::from([(
        "group:ml-release".parse().unwrap(),
        facts::subjects(&["user:bo"]),
    )]);
    let apart = split(&["user:bo"], &["sa:cluster/infer/run"]);
    let judged = judge_with(&apart, &[cluster], &groups, &BTreeMap::new());
    insta::assert_snapshot!(
        judged
            .into_verdict("production/fraud-scorer")
            .reason()
            .unwrap()
    );
}

#[test]
fn a_user_named_as_a_service_account_is_the_account() {
    let cluster = source("cluster", Platform::Kubernetes)
        .edge(
            "user:system:serviceaccount:build:deploy",
            "member_of",
            "role:infer/pods",
            "RoleBinding infer/pods",
        )
        .allows(
            "role:infer/pods",
            "create pods",
            "infer/*",
            "Role infer/pods",
        );
    let apart = split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]);
    assert!(crosses(&apart, &[cluster]));
}

#[test]
fn what_everybody_authenticated_holds_is_held_by_both_sides() {
    let cluster = source("cluster", Platform::Kubernetes)
        .edge(
            "group:system:authenticated",
            "member_of",
            "role:infer/pods",
            "RoleBinding infer/pods",
        )
        .allows(
            "role:infer/pods",
            "create pods",
            "infer/*",
            "Role infer/pods",
        );
    for deploy in ["sa:cluster/build/deploy", "user:ana"] {
        assert!(
            crosses(
                &split(&[deploy], &["sa:cluster/infer/run"]),
                std::slice::from_ref(&cluster)
            ),
            "{deploy}"
        );
    }
    assert!(!crosses(
        &split(&["ci:github:acme/fraud"], &["sa:cluster/infer/run"]),
        &[cluster]
    ));
}

#[test]
fn hostile_names_are_never_printed_raw() {
    let evil = "sa:infer/\u{1b}[2J\nPlan: 0 to add `\u{202e}";
    let cluster = side_door()
        .edge(
            "ci:github:acme/fraud:ref:main",
            "assumes",
            evil,
            "\u{1b}]0;x\u{7}",
        )
        .edge(evil, "new\nrelation", "sa:infer/fraud-runtime", "\u{9b}31m");
    let text = said(&split(DEPLOY, RUNTIME), &[cluster]);
    assert!(text.contains(r"\u{1b}"), "{text}");
    assert!(
        !text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']),
        "{text:?}"
    );
}
