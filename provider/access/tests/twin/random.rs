//! Random questions over a cluster whose facts have much to do with each other.

use std::collections::BTreeSet;

use portcullis_access::{Memberships, Platform, Through};
use proptest::prelude::*;

use super::facts::{Says, source, split, subjects};
use super::{Asked, naive};

const SUBJECTS: &[&str] = &[
    "user:a",
    "user:b",
    "group:g",
    "group:h",
    "ci:github:acme/fraud:ref:main",
    "ci:github:acme/fraud",
    "sa:build/deploy",
    "sa:infer/run",
    "sa:serve/other",
    "spiffe://acme.example/fraud",
    "role:arn:aws:iam::1:role/models",
    "group:system:authenticated",
    "group:system:masters",
    "group:system:serviceaccounts:build",
    "user:system:serviceaccount:serve:other",
];
const ROLES: &[&str] = &[
    "role:infer/one",
    "clusterrole:two",
    "clusterrole:three@serve",
    "role:build/four",
];
const DECLARED: &[&str] = &[
    "user:a",
    "user:b",
    "group:g",
    "group:h",
    "ci:github:acme/fraud:ref:main",
    "ci:github:acme/fraud",
    "sa:cluster/build/deploy",
    "sa:cluster/infer/run",
    "sa:cluster/serve/other",
    "spiffe://acme.example/fraud",
    "role:arn:aws:iam::1:role/models",
    "sa:cluster/infer/later",
];
const RELATIONS: &[&str] = &[
    "member_of",
    "assumes",
    "can_grant",
    "edits_trust",
    "reads_secret_of",
    "controls_owner_of",
    "runs_as",
    "acts_as_via_compute",
    "something_new",
];

fn one_of(of: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    (0..of.len()).prop_map(move |position| of[position])
}

pub(crate) fn edge() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    prop_oneof![
        3 => (one_of(SUBJECTS), Just("member_of"), one_of(ROLES)),
        2 => (one_of(SUBJECTS), one_of(RELATIONS), one_of(SUBJECTS)),
    ]
}

pub(crate) fn grant() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    let grant = (
        one_of(ROLES),
        one_of(naive::OPERATIONS),
        one_of(naive::OBJECTS),
    );
    // A grant of everything to one name is about the account of that name and all else so called: whether it follows the
    // account to another namespace has no one answer.
    grant.prop_map(|(role, operation, object)| match (operation, object) {
        ("* *.*", "infer/run" | "infer/token") => (role, operation, "infer/*"),
        _ => (role, operation, object),
    })
}

fn side() -> impl Strategy<Value = BTreeSet<&'static str>> {
    prop::collection::vec(one_of(DECLARED), 1..3).prop_map(|side| side.into_iter().collect())
}

fn groups() -> impl Strategy<Value = Memberships> {
    let group = one_of(&["group:g", "group:h"]).prop_map(|group| group.parse().unwrap());
    let members = side().prop_map(|side| subjects(&side.into_iter().collect::<Vec<_>>()));
    prop::collection::btree_map(group, members, 0..2)
}

pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    let through = prop::sample::subsequence(Through::ALL, 4..=6);
    let (edges, grants) = (
        prop::collection::vec(edge(), 0..10),
        prop::collection::vec(grant(), 0..8),
    );
    (
        side(),
        side(),
        edges,
        grants,
        groups(),
        through,
        any::<bool>(),
    )
        .prop_map(|(deploy, runtime, edges, grants, groups, through, token)| {
            let list = |side: BTreeSet<&'static str>| side.into_iter().collect::<Vec<_>>();
            let mut split = split(&list(deploy), &list(runtime));
            split.through = through.into_iter().collect();
            let mut cluster = source("cluster", Platform::Kubernetes);
            for (position, (from, relation, to)) in edges.into_iter().enumerate() {
                let by = if relation == "member_of" {
                    format!("RoleBinding {}", position % 5)
                } else {
                    String::new()
                };
                cluster = cluster.edge(from, relation, to, &by);
            }
            for (role, operation, object) in grants {
                cluster = cluster.allows(role, operation, object, &format!("Role {role}"));
            }
            if token {
                cluster = cluster.object(
                    "secret:infer/token",
                    "service-account",
                    "service_account",
                    "infer/run",
                );
            }
            Asked {
                split,
                sources: vec![cluster],
                groups,
            }
        })
}
