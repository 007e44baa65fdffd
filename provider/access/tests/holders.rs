//! Who can come to act as somebody.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use facts::{Says, crosses, source, split, subjects};
use portcullis_access::{Access, Facts, Holders, Memberships, Platform, SourceFacts, Through};
use portcullis_model::Subject;
use proptest::prelude::*;

fn holders(of: &str, sources: &[SourceFacts], groups: &Memberships) -> Holders {
    let access = Access::derive(sources);
    let (ledger, unread) = (Memberships::new(), BTreeMap::new());
    let facts = Facts {
        configuration: groups,
        ledger: &ledger,
        grants: &[],
        access: &access,
        unread: &unread,
    };
    Holders::of(&subjects(&[of]), &Through::all(), facts)
}

fn cluster() -> SourceFacts {
    source("cluster", Platform::Kubernetes)
        .lists("sa:infer/deploy", "service-account")
        .lists("sa:infer/run", "service-account")
        .lists("sa:infer/other", "service-account")
        .allows(
            "role:infer/deployer",
            "create deployments.apps",
            "infer/*",
            "Role infer/deployer",
        )
        .edge(
            "sa:infer/deploy",
            "member_of",
            "role:infer/deployer",
            "RoleBinding infer/deployers",
        )
        .edge(
            "ci:github:acme/fraud",
            "assumes",
            "sa:infer/deploy",
            "config assumed_by",
        )
        .edge(
            "group:sre",
            "member_of",
            "role:infer/minter",
            "RoleBinding infer/minters",
        )
        .allows(
            "role:infer/minter",
            "create serviceaccounts/token",
            "infer/run",
            "Role infer/minter",
        )
}

#[test]
fn the_nearest_come_first_and_each_says_how() {
    let sre: Subject = "group:sre".parse().unwrap();
    let groups = Memberships::from([(sre, subjects(&["user:ana"]))]);
    let found = holders("sa:cluster/infer/run", &[cluster()], &groups);
    let told: Vec<(String, bool, bool)> = found
        .holders
        .iter()
        .map(|holder| {
            (
                holder.route.to_string(),
                holder.is_standing,
                holder.is_side_door,
            )
        })
        .collect();
    let door = "--creates deployments in infer--> any service account in infer --includes--> sa:cluster/infer/run";
    let all = "--is always in--> cluster admin of cluster --includes--> any service account of cluster --includes--> \
               sa:cluster/infer/run";
    let mint = "--mints tokens infer/run--> sa:cluster/infer/run";
    assert_eq!(
        told,
        [
            (format!("group:sre {mint}"), false, false),
            (format!("group:cluster/system:masters {all}"), false, false),
            (format!("sa:cluster/infer/deploy {door}"), false, true),
            (
                format!("user:ana --member of--> group:sre {mint}"),
                false,
                false
            ),
            (
                format!("ci:github:acme/fraud --assumes--> sa:cluster/infer/deploy {door}"),
                false,
                true
            ),
        ]
    );
    assert!(found.missing.groups.is_empty(), "{:?}", found.missing);
    assert_eq!(found.sources.len(), 1);
}

#[test]
fn a_group_that_nobody_describes_may_be_anybody() {
    let found = holders("sa:cluster/infer/run", &[cluster()], &Memberships::new());
    assert_eq!(
        found.missing.groups,
        BTreeSet::from(["group:sre".to_owned()])
    );
}

#[test]
fn only_who_may_do_everything_comes_to_an_account_that_nothing_leads_to() {
    let other = source("cluster", Platform::Kubernetes).lists("sa:serve/run", "service-account");
    let found = holders("sa:cluster/serve/run", &[other], &Memberships::new());
    let starts = found
        .holders
        .iter()
        .map(|holder| holder.route.start.as_str());
    assert_eq!(starts.collect::<Vec<_>>(), ["group:cluster/system:masters"]);
}

const VERBS: [&str; 5] = [
    "create deployments.apps",
    "get pods",
    "create serviceaccounts/token",
    "impersonate serviceaccounts",
    "get secrets",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two answers to one question: whoever can come to act as an account crosses a split that puts it on the other side.
    #[test]
    fn whoever_can_come_to_act_as_an_account_crosses(
        grants in prop::collection::vec((0_u8..4, 0..VERBS.len(), 0_u8..4), 0..6),
    ) {
        let mut facts = source("cluster", Platform::Kubernetes);
        for account in 0..4 {
            facts = facts.lists(&format!("sa:n{account}/a"), "service-account");
        }
        for (number, (account, verb, namespace)) in grants.into_iter().enumerate() {
            let role = format!("role:n{namespace}/r{number}");
            facts = facts
                .edge(&format!("sa:n{account}/a"), "member_of", &role, "binding")
                .allows(&role, VERBS[verb], &format!("n{namespace}/*"), "role");
        }
        let found = holders("sa:cluster/n0/a", std::slice::from_ref(&facts), &Memberships::new());
        let back = |account: u8| {
            let deploy = format!("sa:cluster/n{account}/a");
            let found = holders(&deploy, std::slice::from_ref(&facts), &Memberships::new());
            found.holders.iter().any(|holder| holder.route.start == "sa:cluster/n0/a")
        };
        for account in 1..4 {
            let deploy = format!("sa:cluster/n{account}/a");
            let holds = found.holders.iter().any(|holder| holder.route.start == deploy);
            // A third account that can come to both sides crosses too, so the other direction does not hold.
            if holds || back(account) {
                let crossed = crosses(&split(&[&deploy], &["sa:cluster/n0/a"]), std::slice::from_ref(&facts));
                prop_assert!(crossed);
            }
        }
    }
}
