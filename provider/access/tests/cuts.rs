//! Cuts beside trying everything: on small accounts, the offered sets are all the smallest ones of up to three changes, also
//! where permissions amount to a path only together.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use std::collections::BTreeSet;

use facts::{Says, judge, source, split};
use portcullis_access::{Platform, Separation, SourceFacts, Split};
use proptest::prelude::*;

const ANA: &str = "user:arn:aws:iam::1:user/ana";
const BEN: &str = "user:arn:aws:iam::1:user/ben";
const TEAM: &str = "group:arn:aws:iam::1:group/team";
const ROLE: &str = "role:arn:aws:iam::1:role/models";
const ARN: &str = "arn:aws:iam::1:role/models";

/// What an account may say. Several of these amount to one path only together, in more than one way.
const PERMISSIONS: [(&str, &str, &str, &str); 9] = [
    (ANA, "ec2:RunInstances", "*", "policy a"),
    (ANA, "iam:PassRole", ARN, "policy b"),
    (TEAM, "iam:PassRole", ARN, "policy c"),
    (TEAM, "ec2:RunInstances", "*", "policy d"),
    (TEAM, "ec2:*", "*", "policy e"),
    (BEN, "iam:PassRole", ARN, "policy f"),
    (BEN, "ec2:RunInstances", "*", "policy f"),
    (ANA, "sts:AssumeRole", ARN, "policy g"),
    (ANA, "iam:UpdateAssumeRolePolicy", ARN, "policy b"),
];
const EDGES: [(&str, &str, &str, &str); 4] = [
    (ANA, "member_of", TEAM, "groups of ana"),
    (BEN, "member_of", TEAM, "groups of ben"),
    ("service:ec2.amazonaws.com", "assumes", ROLE, "trust policy"),
    ("account:1", "assumes", ROLE, "trust policy"),
];

fn account(permissions: &[usize], edges: &[usize]) -> SourceFacts {
    let listed = source("aws", Platform::Aws)
        .lists(ANA, "human")
        .lists(BEN, "human")
        .lists(TEAM, "group")
        .lists(ROLE, "role");
    let edges = edges.iter().map(|at| EDGES[*at]);
    let facts = edges.fold(listed, |facts, (from, relation, to, by)| {
        facts.edge(from, relation, to, by)
    });
    let permissions = permissions.iter().map(|at| PERMISSIONS[*at]);
    permissions.fold(facts, |facts, (who, what, on, by)| {
        facts.allows(who, what, on, by)
    })
}

/// Every change there is, in the words of a cut.
fn every_change(split: &Split, facts: &SourceFacts) -> BTreeSet<String> {
    let permissions = facts.permissions.iter();
    let permissions =
        permissions.map(|one| format!("take `{}` out of {}", one.operation, one.source));
    let edges = facts
        .edges
        .iter()
        .filter(|edge| edge.relation == "member_of");
    let edges = edges.map(|edge| format!("take `{}` out of `{}`", edge.from, edge.to));
    let sides = [("deploy", &split.deploy), ("runtime", &split.runtime)];
    let sides = sides.into_iter().flat_map(|(word, side)| {
        let side = side.iter();
        side.map(move |one| format!("take `{one}` off the {word} side"))
    });
    permissions.chain(edges).chain(sides).collect()
}

/// Whether a path is left after the changes.
fn is_crossed(changes: &[&String], split: &Split, facts: &SourceFacts) -> bool {
    let (mut split, mut facts) = (split.clone(), facts.clone());
    let is_made = |words: String| changes.contains(&&words);
    facts
        .permissions
        .retain(|one| !is_made(format!("take `{}` out of {}", one.operation, one.source)));
    facts
        .edges
        .retain(|edge| !is_made(format!("take `{}` out of `{}`", edge.from, edge.to)));
    split
        .deploy
        .retain(|one| !is_made(format!("take `{one}` off the deploy side")));
    split
        .runtime
        .retain(|one| !is_made(format!("take `{one}` off the runtime side")));
    matches!(judge(&split, &[facts]), Separation::Crossed(_))
}

/// The smallest sets of up to three changes that leave no path, by trying all.
fn smallest(split: &Split, facts: &SourceFacts) -> BTreeSet<BTreeSet<String>> {
    let all: Vec<String> = every_change(split, facts).into_iter().collect();
    let mut found: Vec<BTreeSet<String>> = Vec::new();
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..3 {
        let longer = sets.iter().flat_map(|set| {
            let next = set.last().map_or(0, |last| last + 1);
            (next..all.len()).map(move |one| set.iter().copied().chain([one]).collect())
        });
        sets = longer.collect();
        for set in &sets {
            let changes: Vec<&String> = set.iter().map(|one| &all[*one]).collect();
            let named: BTreeSet<String> = changes.iter().map(|one| (*one).clone()).collect();
            let is_larger = found.iter().any(|known| known.is_subset(&named));
            if !is_larger && !is_crossed(&changes, split, facts) {
                found.push(named);
            }
        }
    }
    found.into_iter().collect()
}

/// Compares, and says whether anything was offered.
fn check(split: &Split, facts: &SourceFacts) -> bool {
    let Separation::Crossed(crossing) = judge(split, std::slice::from_ref(facts)) else {
        return false;
    };
    assert!(crossing.cuts.is_complete, "{facts:?}");
    let offered: BTreeSet<BTreeSet<String>> = crossing
        .cuts
        .sets
        .iter()
        .map(|set| set.iter().cloned().collect())
        .collect();
    assert_eq!(
        offered.len(),
        crossing.cuts.sets.len(),
        "one is offered twice"
    );
    assert_eq!(offered, smallest(split, facts), "{split:?} {facts:?}");
    true
}

/// A group that holds one half and a member that holds both: without the half of the group its member still has its own.
#[test]
fn what_another_permission_does_in_its_place_is_taken_too() {
    let facts = account(&[0, 1, 3], &[0, 2]);
    assert!(check(&split(&[ANA], &[ROLE]), &facts));
    // Two ways to start, one to pass: passing is the only single change beside leaving a side.
    let cuts = facts::crossing(&split(&[ANA], &[ROLE]), &[facts]).cuts;
    let single = cuts.sets.iter().filter(|set| set.len() == 1);
    let single: BTreeSet<&str> = single.map(|set| set[0].as_str()).collect();
    let (side, end) = (
        format!("take `{ANA}` off the deploy side"),
        format!("take `{ROLE}` off the runtime side"),
    );
    let passing = "take `iam:PassRole` out of policy b";
    assert_eq!(single, BTreeSet::from([side.as_str(), &end, passing]));
    assert!(
        cuts.sets.iter().any(|set| set.len() == 2
            && set.contains(&"take `ec2:RunInstances` out of policy a".to_owned())),
        "{cuts:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn offered_cuts_are_the_smallest_there_are(
        permissions in prop::sample::subsequence((0..PERMISSIONS.len()).collect::<Vec<_>>(), 2..=5),
        edges in prop::sample::subsequence((0..EDGES.len()).collect::<Vec<_>>(), 1..=EDGES.len()),
        deploy in prop::sample::subsequence(vec![ANA, BEN, TEAM], 1..=2),
    ) {
        check(&split(&deploy, &[ROLE]), &account(&permissions, &edges));
    }
}
