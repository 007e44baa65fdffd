//! The search beside a naive twin, written apart: every small graph, many random larger ones, and what must not change
//! an answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking, and says on standard output how much it tried"
)]

#[path = "twin/change.rs"]
mod change;
#[path = "twin/changed.rs"]
mod changed;
mod facts;
#[path = "twin/naive.rs"]
mod naive;
#[path = "twin/random.rs"]
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use facts::{Says, judge_with, source, split};
use portcullis_access::{Memberships, Platform, Separation, SourceFacts, Split};
use proptest::prelude::*;
use random::{asked, edge, grant};

/// What is asked, whole.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) split: Split,
    pub(crate) sources: Vec<SourceFacts>,
    pub(crate) groups: Memberships,
}

impl Asked {
    pub(crate) fn judge(&self) -> Separation {
        judge_with(&self.split, &self.sources, &self.groups, &BTreeMap::new())
    }

    pub(crate) fn is_crossed(&self) -> bool {
        matches!(self.judge(), Separation::Crossed(_))
    }

    /// Compares with the twin; a crossing is one of the twin's, whose subject the witness names first.
    fn check(&self) {
        let expected = naive::crossing(self);
        match self.judge() {
            Separation::Crossed(crossing) => {
                assert!(
                    expected.contains(&crossing.runtime.start),
                    "{expected:?} {crossing:?} {self:?}"
                );
                assert_eq!(crossing.deploy.start, crossing.runtime.start);
                // Who is only in a group that nothing leads to is not looked at.
                let all = crossing.others + 1 == expected.len();
                assert!(all || !self.groups.is_empty(), "{expected:?} {self:?}");
                let names =
                    |side: &BTreeSet<_>| side.iter().map(ToString::to_string).collect::<Vec<_>>();
                assert!(
                    names(&self.split.deploy)
                        .iter()
                        .any(|one| one == crossing.deploy.end())
                );
                assert!(
                    names(&self.split.runtime)
                        .iter()
                        .any(|one| one == crossing.runtime.end())
                );
            }
            Separation::Holds(_) | Separation::Undecided(_) => {
                assert!(expected.is_empty(), "{expected:?} {self:?}");
            }
        }
    }
}

/// Every graph over four subjects whose edges are of two kinds by turns.
#[test]
fn every_graph_of_four_subjects() {
    let names = [
        "user:a",
        "group:b",
        "ci:github:acme/c",
        "spiffe://acme.example/d",
    ];
    let pairs: Vec<(&str, &str)> = names
        .iter()
        .flat_map(|from| names.iter().map(move |to| (*from, *to)))
        .filter(|(from, to)| from != to)
        .collect();
    let relations = ["assumes", "can_grant", "member_of"];
    let started = Instant::now();
    let mut graphs = 0;
    for turn in 0..2 {
        for chosen in 0_u32..1 << pairs.len() {
            let mut facts = source("graph", Platform::Other);
            for (position, (from, to)) in pairs.iter().enumerate() {
                if chosen >> position & 1 == 1 {
                    facts = facts.edge(from, relations[(position + turn) % 3], to, "graph");
                }
            }
            let split = split(&[names[0]], &[names[3]]);
            Asked {
                split,
                sources: vec![facts],
                groups: Memberships::new(),
            }
            .check();
            graphs += 1;
        }
    }
    println!(
        "{graphs} graphs of 4 subjects and up to 12 edges, in {:.1} s",
        started.elapsed().as_secs_f64()
    );
}

/// Every subset of a cluster's facts, each of which matters with some of the others.
#[test]
fn every_small_cluster() {
    let started = Instant::now();
    let mut clusters = 0;
    for chosen in 0_u32..1 << 13 {
        let has = |position: u32| chosen >> position & 1 == 1;
        let mut cluster = source("cluster", Platform::Kubernetes);
        let edges = [
            (
                "ci:github:acme/fraud",
                "assumes",
                "sa:build/deploy",
                "config",
            ),
            (
                "sa:build/deploy",
                "member_of",
                "role:infer/one",
                "RoleBinding infer/one",
            ),
            (
                "group:system:serviceaccounts:build",
                "member_of",
                "role:infer/two",
                "RoleBinding infer/two",
            ),
            (
                "sa:infer/run",
                "member_of",
                "role:build/back",
                "RoleBinding build/back",
            ),
            (
                "sa:infer/other",
                "member_of",
                "clusterrole:admin",
                "ClusterRoleBinding admin",
            ),
            (
                "group:system:authenticated",
                "member_of",
                "clusterrole:any",
                "ClusterRoleBinding any",
            ),
        ];
        let permissions = [
            (
                "role:infer/one",
                "create deployments.apps",
                "infer/*",
                "Role infer/one",
            ),
            (
                "role:infer/one",
                "get secrets",
                "infer/run-token",
                "Role infer/one",
            ),
            (
                "role:infer/two",
                "create serviceaccounts/token",
                "infer/other",
                "Role infer/two",
            ),
            (
                "role:build/back",
                "patch pods",
                "build/*",
                "Role build/back",
            ),
            ("clusterrole:admin", "* *.*", "*/*", "ClusterRole admin"),
            (
                "clusterrole:any",
                "impersonate serviceaccounts",
                "serve/*",
                "ClusterRole any",
            ),
        ];
        for (position, (from, relation, to, by)) in (0_u32..).zip(edges) {
            if has(position) {
                cluster = cluster.edge(from, relation, to, by);
            }
        }
        for (position, (subject, operation, object, by)) in (6_u32..).zip(permissions) {
            if has(position) {
                cluster = cluster.allows(subject, operation, object, by);
            }
        }
        if has(12) {
            cluster = cluster.object(
                "secret:infer/run-token",
                "service-account",
                "service_account",
                "infer/run",
            );
        }
        let split = split(&["ci:github:acme/fraud"], &["sa:cluster/infer/run"]);
        Asked {
            split,
            sources: vec![cluster],
            groups: Memberships::new(),
        }
        .check();
        clusters += 1;
    }
    println!(
        "{clusters} clusters of up to 13 facts, in {:.1} s",
        started.elapsed().as_secs_f64()
    );
}

/// 2,000 cases, or as many as the environment asks for with `PROPTEST_CASES`.
fn rounds() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked {
        ProptestConfig::default()
    } else {
        ProptestConfig::with_cases(2_000)
    }
}

proptest! {
    #![proptest_config(rounds())]

    #[test]
    fn larger_graphs_agree_with_the_twin(asked in asked()) {
        asked.check();
    }

    #[test]
    fn one_more_grant_never_removes_a_path(asked in asked(), edge in edge(), grant in grant()) {
        if asked.is_crossed() {
            let mut more = asked.clone();
            let cluster = more.sources.remove(0);
            let cluster = cluster.edge(edge.0, edge.1, edge.2, "more").allows(grant.0, grant.1, grant.2, "more");
            more.sources.push(cluster);
            prop_assert!(more.is_crossed());
        }
    }

    #[test]
    fn the_order_of_facts_decides_nothing(asked in asked(), turn in 0..7_usize) {
        let mut turned = asked.clone();
        for source in &mut turned.sources {
            source.edges.reverse();
            source.permissions.reverse();
            let (edges, permissions) = (source.edges.len(), source.permissions.len());
            source.edges.rotate_left(turn.min(edges));
            source.permissions.rotate_left(turn.min(permissions));
        }
        prop_assert_eq!(asked.judge(), turned.judge());
    }

    #[test]
    fn every_cut_closes_all_paths_and_none_is_larger_than_it_must_be(asked in asked()) {
        if let Separation::Crossed(crossing) = asked.judge() {
            prop_assert!(crossing.cuts.is_complete);
            for set in crossing.cuts.sets.iter().take(6) {
                let mut cut = asked.clone();
                change::make_all(set, &mut cut);
                prop_assert!(!cut.is_crossed(), "{:?} leaves a path: {:?}", set, asked);
                for kept in set {
                    let mut less = asked.clone();
                    let others: Vec<String> = set.iter().filter(|change| *change != kept).cloned().collect();
                    change::make_all(&others, &mut less);
                    prop_assert!(less.is_crossed(), "{:?} is more than is needed: {:?}", set, asked);
                }
            }
        }
    }

    #[test]
    fn every_single_fact_that_closes_all_paths_is_offered(asked in asked()) {
        if let Separation::Crossed(crossing) = asked.judge() {
            let single: BTreeSet<&str> = crossing.cuts.sets.iter().filter(|set| set.len() == 1).map(|set| set[0].as_str()).collect();
            for change in change::all(&asked) {
                let mut cut = asked.clone();
                change::make(&change, &mut cut);
                prop_assert_eq!(!cut.is_crossed(), single.contains(change.as_str()), "{}: {:?}", change, asked);
            }
        }
    }
}
