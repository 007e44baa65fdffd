//! Every published primitive: a case that must fire, and its silent twin that differs in one thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a test fails by panicking, and says on standard output what it left out"
)]

mod facts;
mod primitives {
    pub(crate) mod aws;
    pub(crate) mod duties;
    pub(crate) mod kubernetes;
    pub(crate) mod platforms;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use facts::judge_with;
use portcullis_access::{Memberships, Separation, SourceFacts, Split, primitives as known};
use portcullis_model::Name;

/// One question that must cross, or must not.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) fires: bool,
    pub(crate) split: Split,
    pub(crate) sources: Vec<SourceFacts>,
    pub(crate) groups: Memberships,
    pub(crate) unread: BTreeMap<Name, String>,
}

impl Case {
    pub(crate) fn new(id: &str, fires: bool, split: Split, sources: Vec<SourceFacts>) -> Self {
        Self {
            id: id.to_owned(),
            fires,
            split,
            sources,
            groups: Memberships::new(),
            unread: BTreeMap::new(),
        }
    }
}

fn cases() -> Vec<Case> {
    let mut cases = primitives::kubernetes::cases();
    cases.extend(primitives::duties::cases());
    cases.extend(primitives::platforms::cases());
    cases.extend(primitives::aws::cases());
    cases
}

#[test]
fn every_case_fires_and_every_twin_is_silent() {
    let mut wrong = Vec::new();
    for case in cases() {
        let judged = judge_with(&case.split, &case.sources, &case.groups, &case.unread);
        let fired = match judged {
            Separation::Crossed(_) => true,
            // What is unknown is never separate; the one primitive about it asks no more.
            Separation::Undecided(_) => case.id == "portcullis-unknown-at-plan",
            Separation::Holds(_) => false,
        };
        if fired != case.fires {
            wrong.push(format!(
                "{} should {}fire: {judged:?}",
                case.id,
                if case.fires { "" } else { "not " }
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_pair() {
    let mut seen: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for case in cases() {
        seen.entry(case.id).or_default().insert(case.fires);
    }
    let pairs: BTreeSet<&str> = seen
        .iter()
        .filter(|(_, fires)| fires.len() == 2)
        .map(|(id, _)| id.as_str())
        .collect();
    let rules: BTreeSet<&str> = known().map(|(id, _)| id).collect();
    assert_eq!(pairs, rules);
}

#[test]
fn every_published_primitive_has_a_rule() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/access/escalations.toml");
    let Ok(text) = fs::read_to_string(&path) else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "the list of primitives is not here"
        );
        println!("not run: the list of primitives (needs ../shared beside the checkout)");
        return;
    };
    let list: toml::Table = text.parse().unwrap();
    let published: BTreeSet<&str> = list["escalation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    let rules: BTreeSet<&str> = known().map(|(id, _)| id).collect();
    assert_eq!(
        rules.symmetric_difference(&published).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
    println!(
        "{} primitives, each with a case that fires and a twin that does not",
        rules.len()
    );
}
