//! Changes of what a cluster says: what follows from them is what would follow if everything were derived again.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{
    Access, Facts, Holders, Memberships, Platform, Reach, Separation, SourceChange, SourceFacts,
    Through, separate,
};
use proptest::prelude::*;

use super::facts::{Says, source, subjects};
use super::random::{asked, edge, grant};
use super::{Asked, rounds};

/// Permissions that amount to a path only together, which the twin does not know.
const TOGETHER: [(&str, &str, &str); 4] = [
    ("clusterrole:two", "delete pods", "*/*"),
    ("role:infer/one", "delete pods", "infer/*"),
    ("clusterrole:two", "patch nodes/status", "*/*"),
    ("clusterrole:three@serve", "update nodes/status", "*/*"),
];

/// Up to ten records that go or come.
#[derive(Debug, Clone)]
struct Step {
    gone: Vec<prop::sample::Index>,
    edges: Vec<(&'static str, &'static str, &'static str)>,
    grants: Vec<(&'static str, &'static str, &'static str)>,
    together: Vec<usize>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let gone = prop::collection::vec(any::<prop::sample::Index>(), 0..5);
    let edges = prop::collection::vec(edge(), 0..4);
    let grants = prop::collection::vec(grant(), 0..3);
    let together = prop::collection::vec(0..TOGETHER.len(), 0..2);
    let step = (gone, edges, grants, together).prop_map(|(gone, edges, grants, together)| Step {
        gone,
        edges,
        grants,
        together,
    });
    prop::collection::vec(step, 1..4)
}

impl Step {
    /// What changes, and makes the same change to what is told.
    fn make(&self, told: &mut SourceFacts) -> SourceChange {
        let nothing = source("cluster", Platform::Kubernetes);
        let (mut taken, mut added) = (nothing.clone(), nothing);
        for index in &self.gone {
            let all = told.edges.len() + told.permissions.len();
            if all == 0 {
                continue;
            }
            let at = index.index(all);
            match at.checked_sub(told.edges.len()) {
                None => taken.edges.push(told.edges.remove(at)),
                Some(at) => taken.permissions.push(told.permissions.remove(at)),
            }
        }
        for (from, relation, to) in &self.edges {
            added = added.edge(from, relation, to, "RoleBinding new");
        }
        let together = self.together.iter().map(|at| TOGETHER[*at]);
        for (role, operation, object) in self.grants.iter().copied().chain(together) {
            added = added.allows(role, operation, object, &format!("Role {role}"));
        }
        let before = (told.edges.len(), told.permissions.len());
        told.edges.append(&mut added.edges);
        told.permissions.append(&mut added.permissions);
        say_once(told);
        added.edges = told.edges[before.0..].to_vec();
        added.permissions = told.permissions[before.1..].to_vec();
        SourceChange { taken, added }
    }
}

/// Takes out what is said a second time. Of two facts that say the same, a change takes back either, and which one is left
/// as evidence is nothing to hold it to.
fn say_once(told: &mut SourceFacts) {
    let spelled = |id: &str| id.replace("user:system:serviceaccount:serve:", "sa:serve/");
    let mut said = BTreeSet::new();
    told.edges.retain(|one| {
        let ends = (spelled(&one.from), spelled(&one.to));
        said.insert((ends, one.relation.clone(), one.source.clone()))
    });
    let mut said = BTreeSet::new();
    told.permissions.retain(|one| {
        let what = (one.operation.clone(), one.object.clone());
        said.insert((spelled(&one.subject), what, one.source.clone()))
    });
}

/// Everything that can be asked, answered from `access`.
fn answers(asked: &Asked, access: &Access) -> (usize, Separation, Vec<Holders>, Vec<Reach>) {
    let (none, unread) = (Memberships::new(), BTreeMap::new());
    let facts = Facts {
        configuration: &asked.groups,
        ledger: &none,
        grants: &[],
        access,
        unread: &unread,
    };
    let through = Through::all();
    let parties = [
        &["sa:cluster/infer/run"][..],
        &["role:arn:aws:iam::1:role/models"],
        &["group:g"],
        &["ci:github:acme/fraud"],
        &["sa:cluster/serve/other"],
    ];
    let parties: Vec<_> = parties.iter().map(|names| subjects(names)).collect();
    let holders = parties.iter().map(|one| Holders::of(one, &through, facts));
    let reach = parties
        .iter()
        .map(|one| Reach::of(one, &through, 100, facts));
    (
        access.edges(),
        separate(&asked.split, facts),
        holders.collect(),
        reach.collect(),
    )
}

proptest! {
    #![proptest_config(rounds())]

    #[test]
    fn a_changed_graph_answers_as_one_that_is_derived_again(mut asked in asked(), together in any::<bool>(), steps in steps()) {
        if together {
            for (role, operation, object) in TOGETHER {
                let cluster = asked.sources.remove(0);
                asked.sources.push(cluster.allows(role, operation, object, &format!("Role {role}")));
            }
        }
        say_once(&mut asked.sources[0]);
        let mut access = Access::derive(&asked.sources);
        for step in &steps {
            let change = step.make(&mut asked.sources[0]);
            let again = Access::derive(&asked.sources);
            access = match access.changed(std::slice::from_ref(&change)) {
                Some(changed) => {
                    prop_assert_eq!(answers(&asked, &changed), answers(&asked, &again), "{:?}", change);
                    changed
                }
                None => again,
            };
            let knows = |one: &SourceFacts| !one.permissions.iter().any(|one| {
                TOGETHER.iter().any(|(_, operation, _)| *operation == one.operation)
            });
            if asked.sources.iter().all(knows) {
                asked.check();
            }
        }
    }
}

/// What a change is not left to a new derivation for: otherwise the property above would say little.
#[test]
fn nearly_every_change_of_a_cluster_is_told_of() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut told, mut all) = (0, 0);
    for _ in 0..500 {
        use proptest::strategy::ValueTree as _;
        let (mut asked, steps) = (asked(), steps()).new_tree(&mut runner).unwrap().current();
        say_once(&mut asked.sources[0]);
        for step in steps {
            let access = Access::derive(&asked.sources);
            let change = step.make(&mut asked.sources[0]);
            let had_facts = access.changed(&[]).is_some();
            all += usize::from(had_facts);
            told += usize::from(had_facts && access.changed(&[change]).is_some());
        }
    }
    assert!(told * 100 >= all * 99 && all > 800, "{told} of {all}");
}

/// A namespace of which nothing speaks but what permissions amount to together goes with it, before that is derived again.
#[test]
fn what_only_joined_permissions_speak_of_is_forgotten_first() {
    let everybody = "group:system:authenticated";
    let mut told = source("cluster", Platform::Kubernetes)
        .edge(everybody, "member_of", "role:infer/one", "RoleBinding 0")
        .edge(
            everybody,
            "member_of",
            "clusterrole:three@serve",
            "RoleBinding 1",
        );
    for (role, operation, object) in TOGETHER {
        told = told.allows(role, operation, object, &format!("Role {role}"));
    }
    let access = Access::derive(std::slice::from_ref(&told));
    for gone in 0..told.permissions.len() {
        let mut less = told.clone();
        let mut taken = source("cluster", Platform::Kubernetes);
        taken.permissions.push(less.permissions.remove(gone));
        let added = source("cluster", Platform::Kubernetes);
        let changed = access.changed(&[SourceChange { taken, added }]).unwrap();
        let again = Access::derive(std::slice::from_ref(&less));
        assert_eq!(changed.edges(), again.edges(), "without {gone}");
    }
}
