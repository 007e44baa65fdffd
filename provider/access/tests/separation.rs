//! The verdict on a split: what it says, and that it agrees with a twin written apart.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{Access, Facts, Memberships, Separation, Split, Through, separate};
use portcullis_model::{Subject, Verdict};
use proptest::prelude::*;

fn subjects(names: &[&str]) -> BTreeSet<Subject> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn split(deploy: &[&str], runtime: &[&str]) -> Split {
    Split {
        workload: "production/fraud-scorer".to_owned(),
        deploy: subjects(deploy),
        runtime: subjects(runtime),
        through: Through::all(),
    }
}

fn groups(entries: &[(&str, &[&str])]) -> Memberships {
    entries
        .iter()
        .map(|(group, members)| (group.parse().unwrap(), subjects(members)))
        .collect()
}

fn judge(split: &Split, configuration: &Memberships) -> Separation {
    separate_with(split, configuration, &Memberships::new())
}

fn separate_with(split: &Split, configuration: &Memberships, ledger: &Memberships) -> Separation {
    separate(
        split,
        Facts {
            configuration,
            ledger,
            grants: &[],
            access: &Access::default(),
            unread: &BTreeMap::new(),
        },
    )
}

fn said(split: &Split, configuration: &Memberships) -> String {
    match judge(split, configuration).into_verdict(&split.workload) {
        Verdict::Fits(proof) => format!("{proof:?}"),
        Verdict::Cannot(reason) | Verdict::Unknown(reason) => reason.to_string(),
    }
}

#[test]
fn two_groups_that_share_a_member_are_a_path() {
    let facts = groups(&[
        ("group:ml-release", &["user:bo", "group:ml-leads"]),
        ("group:ml-leads", &["user:ana"]),
        ("group:ml-oncall", &["user:ana", "user:chi"]),
    ]);
    let split = split(
        &["ci:github:acme/fraud:ref:main", "group:ml-release"],
        &["group:ml-oncall"],
    );
    insta::assert_snapshot!(said(&split, &facts));
}

#[test]
fn disjoint_groups_hold() {
    let facts = groups(&[
        ("group:release", &["user:ana"]),
        ("group:oncall", &["user:chi"]),
    ]);
    let split = split(
        &["group:release"],
        &[
            "group:oncall",
            "spiffe://acme.example/production/fraud-scorer",
        ],
    );
    insta::assert_snapshot!(said(&split, &facts));
}

#[test]
fn a_group_that_nobody_described_decides_nothing() {
    let facts = groups(&[("group:oncall", &["user:chi"])]);
    insta::assert_snapshot!(said(&split(&["group:release"], &["group:oncall"]), &facts));
}

#[test]
fn a_crossing_decides_whatever_else_is_unknown() {
    let facts = groups(&[("group:oncall", &["user:chi"])]);
    let split = split(&["group:release", "user:chi"], &["group:oncall"]);
    assert!(matches!(judge(&split, &facts), Separation::Crossed(_)));
}

#[test]
fn a_pipeline_without_a_selector_stands_for_all_its_runs() {
    let split = split(
        &["ci:github:acme/fraud:ref:main"],
        &["ci:github:acme/fraud"],
    );
    insta::assert_snapshot!(said(&split, &Memberships::new()));
    let apart = self::split(
        &["ci:github:acme/fraud:ref:main"],
        &["ci:github:acme/fraud:ref:dev"],
    );
    assert!(matches!(
        judge(&apart, &Memberships::new()),
        Separation::Holds(_)
    ));
}

#[test]
fn the_configuration_outranks_the_ledger() {
    let ledger = groups(&[("group:release", &["user:chi"])]);
    let configuration = groups(&[("group:release", &["user:ana"])]);
    let split = split(&["group:release"], &["user:chi"]);
    let nothing = Memberships::new();
    let before = separate_with(&split, &nothing, &ledger);
    assert!(matches!(before, Separation::Crossed(_)));
    let after = separate_with(&split, &configuration, &ledger);
    assert!(matches!(after, Separation::Holds(_)));
}

#[test]
fn groups_in_circles_end() {
    let facts = groups(&[
        ("group:a", &["group:b"]),
        ("group:b", &["group:a", "user:ana"]),
    ]);
    assert!(matches!(
        judge(&split(&["group:a"], &["user:ana"]), &facts),
        Separation::Crossed(_)
    ));
    assert!(matches!(
        judge(&split(&["group:a"], &["user:bo"]), &facts),
        Separation::Holds(_)
    ));
}

/// Everybody on a side, by repeating "add the members of every group" until nothing is new.
fn naive(declared: &BTreeSet<Subject>, facts: &Memberships) -> (BTreeSet<Subject>, bool) {
    let mut all = declared.clone();
    loop {
        let more: BTreeSet<Subject> = all
            .iter()
            .filter_map(|group| facts.get(group))
            .flatten()
            .cloned()
            .collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            break;
        }
    }
    let described = all
        .iter()
        .all(|one| !one.to_string().starts_with("group:") || facts.contains_key(one));
    (all, described)
}

fn subject() -> impl Strategy<Value = Subject> {
    (0..12u8).prop_map(|number| {
        let kind = if number < 6 { "group" } else { "user" };
        format!("{kind}:s{number}").parse().unwrap()
    })
}

fn some_subjects() -> impl Strategy<Value = BTreeSet<Subject>> {
    prop::collection::btree_set(subject(), 0..4)
}

fn memberships() -> impl Strategy<Value = Memberships> {
    let group = (0..6u8).prop_map(|number| format!("group:s{number}").parse::<Subject>().unwrap());
    prop::collection::btree_map(group, some_subjects(), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn agrees_with_the_naive_twin(deploy in some_subjects(), runtime in some_subjects(), facts in memberships()) {
        let split = Split { workload: "w".to_owned(), deploy, runtime, through: Through::all() };
        let (ships, ships_known) = naive(&split.deploy, &facts);
        let (runs, runs_known) = naive(&split.runtime, &facts);
        match judge(&split, &facts) {
            Separation::Crossed(crossing) => {
                prop_assert!(!ships.is_disjoint(&runs));
                prop_assert_eq!(crossing.others + 1, ships.intersection(&runs).count());
                for (route, declared) in [(&crossing.deploy, &split.deploy), (&crossing.runtime, &split.runtime)] {
                    let path: Vec<Subject> = route.stations().map(|one| one.parse().unwrap()).collect();
                    prop_assert!(declared.contains(path.last().unwrap()));
                    for edge in path.windows(2) {
                        prop_assert!(facts[&edge[1]].contains(&edge[0]));
                    }
                }
            }
            Separation::Holds(_) => {
                prop_assert!(ships.is_disjoint(&runs) && ships_known && runs_known);
            }
            Separation::Undecided(missing) => {
                prop_assert!(ships.is_disjoint(&runs) && !(ships_known && runs_known));
                prop_assert!(!missing.groups.is_empty() && missing.sources.is_empty());
            }
        }
    }

    #[test]
    fn one_more_member_never_removes_a_crossing(
        deploy in some_subjects(), runtime in some_subjects(), facts in memberships(), group in 0..6u8, member in subject()
    ) {
        let split = Split { workload: "w".to_owned(), deploy, runtime, through: Through::all() };
        let before = judge(&split, &facts);
        let mut more = facts;
        more.entry(format!("group:s{group}").parse().unwrap()).or_default().insert(member);
        if matches!(before, Separation::Crossed(_)) {
            prop_assert!(matches!(judge(&split, &more), Separation::Crossed(_)));
        }
    }
}
