//! The same questions over graphs that are thrown.

use portcullis_access::{Holders, ListedEdge, Memberships, Platform, Reach, Through};
use proptest::prelude::*;

use crate::facts::{Says, source, subjects};
use crate::{RUN, ask, between, cluster};

const VERBS: [&str; 5] = [
    "create deployments.apps",
    "bind roles.rbac.authorization.k8s.io",
    "create serviceaccounts/token",
    "impersonate serviceaccounts",
    "get secrets",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Asked from either end, and asked for one pair, the answer is the same.
    #[test]
    fn who_can_become_whom_does_not_depend_on_where_the_search_starts(
        grants in prop::collection::vec((0_u8..4, 0..VERBS.len(), 0_u8..4), 0..6),
    ) {
        let account = |number: u8| format!("sa:cluster/n{number}/a");
        let mut facts = source("cluster", Platform::Kubernetes);
        for number in 0..4 {
            facts = facts
                .lists(&format!("sa:n{number}/a"), "service-account")
                .object(&format!("secret:n{number}/t"), "service-account", "service_account", &format!("n{number}/a"));
        }
        for (number, (from, verb, namespace)) in grants.into_iter().enumerate() {
            let role = format!("role:n{namespace}/r{number}");
            facts = facts
                .edge(&format!("sa:n{from}/a"), "member_of", &role, "binding")
                .allows(&role, VERBS[verb], &format!("n{namespace}/*"), "role");
        }
        let sources = [facts];
        for to in 0..4 {
            let to_name = account(to);
            let holders = ask(&sources, &Memberships::new(), |facts| {
                Holders::of(&subjects(&[&to_name]), &Through::all(), facts)
            });
            for from in (0..4).filter(|from| *from != to) {
                let from_name = account(from);
                let holder = holders.holders.iter().find(|holder| holder.route.start == from_name);
                let reach = ask(&sources, &Memberships::new(), |facts| {
                    Reach::of(&subjects(&[&from_name]), &Through::all(), 0, facts)
                });
                let reached = reach.identities.iter().find(|reached| reached.route.end() == to_name);
                let pair = between(&from_name, &to_name, &sources).holder;
                prop_assert_eq!(holder.is_some(), reached.is_some());
                prop_assert_eq!(holder, pair.as_ref());
                if let (Some(holder), Some(reached)) = (holder, reached) {
                    prop_assert_eq!(holder.is_standing, reached.is_standing);
                    prop_assert_eq!(holder.route.hops.len(), reached.route.hops.len());
                }
            }
        }
    }

    /// A path that ends is no path after its end.
    #[test]
    fn nothing_that_has_ended_leads_anywhere(seconds in -100_i64..=0) {
        let mut facts = cluster();
        let end = facts.observed_at.as_second() + seconds;
        facts.edges.push(ListedEdge {
            from: "user:eve".to_owned(),
            relation: "assumes".to_owned(),
            to: "sa:infer/run".to_owned(),
            expires_at: jiff::Timestamp::from_second(end).ok(),
            ..ListedEdge::default()
        });
        prop_assert_eq!(between("user:eve", RUN, &[facts]).holder, None);
    }
}
