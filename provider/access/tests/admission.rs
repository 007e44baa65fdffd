//! What admission of a cluster may refuse: it closes no path, and is named by the step that it stands at.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use facts::{Says, crosses, crossing, said, source, split};
use portcullis_access::{
    Access, Evidence, Facts, ListedPermission, Memberships, Platform, Separation, SourceChange,
    SourceFacts, separate,
};
use std::collections::BTreeMap;

const DEPLOY: &[&str] = &["sa:cluster/infer/ci"];
const RUNTIME: &[&str] = &["sa:cluster/infer/runtime"];
const EVERYBODY: &str = "group:system:authenticated";

fn cluster(operation: &str) -> SourceFacts {
    source("cluster", Platform::Kubernetes)
        .allows("role:infer/deployer", operation, "infer/*", "Role deployer")
        .edge(
            "sa:infer/ci",
            "member_of",
            "role:infer/deployer",
            "RoleBinding deployers",
        )
}

fn refusal(operation: &str, object: &str) -> ListedPermission {
    ListedPermission {
        subject: EVERYBODY.to_owned(),
        operation: operation.to_owned(),
        object: object.to_owned(),
        effect: "deny".to_owned(),
        condition: "refused by its expressions".to_owned(),
        source: "ValidatingAdmissionPolicy guard".to_owned(),
        ..ListedPermission::default()
    }
}

/// What may refuse some step of the way to the runtime side.
fn named(cluster: SourceFacts) -> Vec<String> {
    let crossing = crossing(&split(DEPLOY, RUNTIME), &[cluster]);
    let evidence = crossing.runtime.hops.iter().flat_map(|hop| &hop.evidence);
    let texts = evidence.filter_map(|evidence| match evidence {
        Evidence::Read {
            granted_by,
            condition,
            ..
        } if !condition.is_empty() => Some(format!("{granted_by} ({condition})")),
        _ => None,
    });
    texts.collect()
}

#[test]
fn a_policy_closes_no_path_and_is_named_by_it() {
    let mut cluster = cluster("create deployments.apps");
    cluster
        .permissions
        .push(refusal("create deployments.apps", "infer/*"));
    let said = said(&split(DEPLOY, RUNTIME), &[cluster]);
    assert!(
        said.contains(
            "Role deployer, RoleBinding deployers, ValidatingAdmissionPolicy guard, which may refuse it (if `not refused by \
             its expressions`, which is taken to hold); read from"
        ),
        "{said}"
    );
}

#[test]
fn a_policy_is_named_where_it_stands_and_nowhere_else() {
    let guard =
        "ValidatingAdmissionPolicy guard, which may refuse it (not refused by its expressions)";
    for (allowed, refused, at, is_named) in [
        (
            "create deployments.apps",
            "create deployments.apps",
            "*/*",
            true,
        ),
        (
            "* deployments.apps",
            "update deployments.apps",
            "infer/*",
            true,
        ),
        ("create deployments.apps", "* *.*", "*/*", true),
        // The pods of a Deployment are refused where pods are.
        ("create deployments.apps", "create pods", "infer/*", true),
        ("patch statefulsets.apps", "create pods", "infer/*", true),
        (
            "patch statefulsets.apps",
            "patch statefulsets.apps",
            "infer/*",
            true,
        ),
        (
            "patch statefulsets.apps",
            "update statefulsets.apps",
            "infer/*",
            false,
        ),
        (
            "patch statefulsets.apps",
            "patch deployments.apps",
            "infer/*",
            false,
        ),
        (
            "create deployments.apps",
            "create deployments.apps",
            "serve/*",
            false,
        ),
        (
            "create deployments.apps",
            "update deployments.apps",
            "infer/*",
            false,
        ),
        (
            "create deployments.apps",
            "create deployments",
            "infer/*",
            false,
        ),
        (
            "create serviceaccounts/token",
            "create pods",
            "infer/*",
            false,
        ),
        (
            "create serviceaccounts/token",
            "create serviceaccounts/token",
            "infer/*",
            true,
        ),
        ("create pods/exec", "create pods", "infer/*", false),
        ("create pods/exec", "create pods/exec", "infer/*", true),
        ("get secrets", "create secrets", "infer/*", false),
    ] {
        let mut cluster = cluster(allowed).object(
            "secret:infer/key",
            "secret",
            "service_account",
            "infer/runtime",
        );
        cluster.permissions.push(refusal(refused, at));
        let expected: &[&str] = if is_named { &[guard] } else { &[] };
        assert_eq!(named(cluster), expected, "{allowed} / {refused} on {at}");
    }
}

#[test]
fn a_policy_of_another_cluster_is_not_named() {
    let mut other = source("other", Platform::Kubernetes);
    other
        .permissions
        .push(refusal("create deployments.apps", "*/*"));
    let said = said(
        &split(DEPLOY, RUNTIME),
        &[cluster("create deployments.apps"), other],
    );
    assert!(said.starts_with("Deploy can reach runtime"), "{said}");
    assert!(!said.contains("guard"), "{said}");
}

/// RBAC has no denials: one that a cluster's connector tells all the same is not believed.
#[test]
fn a_denial_without_a_condition_closes_nothing_either() {
    let mut cluster = cluster("create deployments.apps");
    cluster.permissions.push(ListedPermission {
        condition: String::new(),
        ..refusal("create deployments.apps", "*/*")
    });
    assert!(crosses(&split(DEPLOY, RUNTIME), &[cluster]));
}

#[test]
fn a_path_that_comes_later_is_named_with_the_policy_as_well() {
    let mut before = cluster("get pods");
    before
        .permissions
        .push(refusal("create deployments.apps", "infer/*"));
    let access = Access::derive(std::slice::from_ref(&before));
    let nothing = source("cluster", Platform::Kubernetes);
    let change = SourceChange {
        taken: nothing.clone(),
        added: nothing.allows(
            "role:infer/deployer",
            "create deployments.apps",
            "infer/*",
            "Role deployer",
        ),
    };
    let access = access.changed(&[change]).unwrap();
    let facts = Facts {
        configuration: &Memberships::new(),
        ledger: &Memberships::new(),
        grants: &[],
        access: &access,
        unread: &BTreeMap::new(),
    };
    let split = split(DEPLOY, RUNTIME);
    let verdict = separate(&split, facts).into_verdict(&split.workload);
    let said = verdict.reason().unwrap().to_string();
    assert!(said.contains("guard, which may refuse it"), "{said}");
}

/// Two clusters may both have a namespace of the name: what stands for many says of which it is.
#[test]
fn what_stands_for_many_names_the_cluster_where_there_are_two() {
    let way = |clusters: &[SourceFacts]| {
        crossing(&split(DEPLOY, RUNTIME), clusters)
            .runtime
            .to_string()
    };
    let one = cluster("create deployments.apps");
    assert_eq!(
        way(std::slice::from_ref(&one)),
        "sa:cluster/infer/ci --creates deployments in infer--> any service account in infer --includes--> \
         sa:cluster/infer/runtime"
    );
    let other = SourceFacts {
        source: "east".parse().unwrap(),
        ..cluster("create deployments.apps")
    };
    assert_eq!(
        way(&[one.clone(), other.clone()]),
        "sa:cluster/infer/ci --creates deployments in infer--> any service account in infer of cluster --includes--> \
         sa:cluster/infer/runtime"
    );
    // Somebody on the other cluster is nobody here, whatever the name.
    let apart = split(&["sa:east/infer/ci"], RUNTIME);
    let facts = facts::judge(&apart, &[one, other]);
    assert!(matches!(facts, Separation::Holds(_)), "{facts:?}");
}
