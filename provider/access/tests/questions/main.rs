//! Questions beside the one of a split: how one party comes to another, what it can do, where its credentials live, who can
//! change it, and what nobody answers for.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

#[path = "../facts/mod.rs"]
mod facts;
mod random;

use std::collections::{BTreeMap, BTreeSet};

use facts::{Says, source, subjects};
use portcullis_access::{
    Access, Between, ChangeAuthority, Credentials, Declarations, Facts, ListedEdge,
    ListedPermission, Memberships, Mode, OrphanKind, Orphans, Platform, Reach, SourceFacts,
    Through,
};
use portcullis_model::{Duty, Name, Subject};

const RUN: &str = "sa:cluster/infer/run";

fn cluster() -> SourceFacts {
    source("cluster", Platform::Kubernetes)
        .lists("sa:infer/deploy", "service-account")
        .lists("sa:infer/run", "service-account")
        .object(
            "secret:infer/token",
            "service-account",
            "service_account",
            "infer/run",
        )
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
        .allows(
            "role:infer/reader",
            "get secrets",
            "infer/model-key",
            "Role infer/reader",
        )
        .edge(
            "sa:infer/run",
            "member_of",
            "role:infer/reader",
            "RoleBinding infer/readers",
        )
}

/// Asks with what these sources and groups tell.
fn ask<T>(
    sources: &[SourceFacts],
    groups: &Memberships,
    question: impl FnOnce(Facts<'_>) -> T,
) -> T {
    let unread = BTreeMap::new();
    ask_without(sources, groups, &unread, question)
}

fn ask_without<T>(
    sources: &[SourceFacts],
    groups: &Memberships,
    unread: &BTreeMap<Name, String>,
    question: impl FnOnce(Facts<'_>) -> T,
) -> T {
    let access = Access::derive(sources);
    question(Facts {
        configuration: groups,
        ledger: &Memberships::new(),
        grants: &[],
        access: &access,
        unread,
    })
}

fn between(from: &str, to: &str, sources: &[SourceFacts]) -> Between {
    ask(sources, &Memberships::new(), |facts| {
        Between::of(&subjects(&[from]), &subjects(&[to]), &Through::all(), facts)
    })
}

#[test]
fn a_path_is_found_from_whom_no_fact_names_by_itself() {
    let facts = cluster().edge(
        "ci:github:acme/fraud",
        "assumes",
        "sa:infer/deploy",
        "trust",
    );
    let found = between("ci:github:acme/fraud:ref:main", RUN, &[facts]);
    let holder = found.holder.unwrap();
    assert!(holder.is_side_door);
    assert_eq!(
        holder.route.to_string(),
        "ci:github:acme/fraud:ref:main --is a run of--> ci:github:acme/fraud --assumes--> sa:cluster/infer/deploy \
         --creates deployments in infer--> any service account in infer --includes--> sa:cluster/infer/run"
    );
}

#[test]
fn no_path_is_no_answer_while_a_group_or_a_connector_is_not_known() {
    assert_eq!(between("user:bo", RUN, &[cluster()]).holder, None);
    let sre = cluster()
        .allows(
            "role:infer/minter",
            "create serviceaccounts/token",
            "infer/run",
            "Role infer/minter",
        )
        .edge(
            "group:sre",
            "member_of",
            "role:infer/minter",
            "RoleBinding infer/minters",
        );
    let found = between("user:bo", RUN, &[sre]);
    assert_eq!(found.holder, None);
    assert_eq!(
        found.missing.groups,
        BTreeSet::from(["group:sre".to_owned()])
    );
    let unread = BTreeMap::from([("cluster".parse().unwrap(), "it is down".to_owned())]);
    let found = ask_without(&[], &Memberships::new(), &unread, |facts| {
        Between::of(
            &subjects(&["user:bo"]),
            &subjects(&[RUN]),
            &Through::all(),
            facts,
        )
    });
    assert_eq!(found.missing.sources, unread);
}

#[test]
fn a_path_ends_with_the_first_of_its_facts() {
    let mut facts = cluster();
    let job = ListedEdge {
        from: "ci:github:acme/fraud".to_owned(),
        relation: "assumes".to_owned(),
        to: "sa:infer/deploy".to_owned(),
        mode: "job-scoped".to_owned(),
        expires_at: Some("2026-11-23T09:00:00Z".parse().unwrap()),
        ..ListedEdge::default()
    };
    facts.edges.push(job);
    let route = between("ci:github:acme/fraud", RUN, &[facts])
        .holder
        .unwrap()
        .route;
    assert_eq!(route.until(), Some("2026-11-23T09:00:00Z".parse().unwrap()));
    assert_eq!(route.mode(), Mode::JobScoped);
}

#[test]
fn a_party_holds_its_own_permissions_and_those_of_whom_it_can_become() {
    let reach = ask(&[cluster()], &Memberships::new(), |facts| {
        Reach::of(
            &subjects(&["sa:cluster/infer/deploy"]),
            &Through::all(),
            10,
            facts,
        )
    });
    let held: Vec<(bool, &str, &str)> = reach
        .permissions
        .iter()
        .map(|held| {
            (
                held.is_direct,
                held.operation.as_str(),
                held.object.as_str(),
            )
        })
        .collect();
    assert_eq!(
        held,
        [
            (true, "create deployments.apps", "infer/*"),
            (false, "get secrets", "infer/model-key"),
        ]
    );
    let cut = ask(&[cluster()], &Memberships::new(), |facts| {
        Reach::of(
            &subjects(&["sa:cluster/infer/deploy"]),
            &Through::all(),
            1,
            facts,
        )
    });
    assert_eq!((cut.permissions.len(), cut.permissions_total), (1, 2));
}

#[test]
fn credentials_are_told_by_name_with_who_else_can_read_them() {
    let facts = cluster()
        .allows(
            "role:infer/snoop",
            "get secrets",
            "infer/token",
            "Role infer/snoop",
        )
        .edge(
            "user:eve",
            "member_of",
            "role:infer/snoop",
            "RoleBinding infer/snoops",
        );
    let found = ask(&[facts], &Memberships::new(), |facts| {
        Credentials::of(&subjects(&[RUN]), facts)
    });
    let places: Vec<(&str, bool, &str)> = found
        .found
        .iter()
        .map(|one| (one.location.as_str(), one.is_own, one.kind.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("secret:cluster/infer/token", true, "service-account"),
            ("secret:cluster/infer/model-key", false, ""),
        ]
    );
    let readers = &found.found[0].readers;
    assert!(
        readers
            .iter()
            .any(|reader| reader.route.start == "user:eve"),
        "{readers:?}"
    );
}

#[test]
fn whoever_can_change_a_party_is_told_by_duty() {
    let facts = cluster()
        .allows(
            "role:infer/binder",
            "bind roles.rbac.authorization.k8s.io",
            "infer/*",
            "Role infer/binder",
        )
        .edge(
            "user:eve",
            "member_of",
            "role:infer/binder",
            "RoleBinding infer/binders",
        )
        .edge(
            "ci:github:acme/fraud",
            "assumes",
            "sa:infer/deploy",
            "trust",
        );
    let found = ask(&[facts], &Memberships::new(), |facts| {
        ChangeAuthority::over(&subjects(&[RUN]), facts)
    });
    let of = |duty: Duty| -> Vec<(String, bool)> {
        let changers = found.changers.iter().filter(|one| one.duty == duty);
        changers
            .map(|one| (one.holder.route.start.clone(), one.holder.is_standing))
            .collect()
    };
    assert!(of(Duty::Deploy).contains(&("ci:github:acme/fraud".to_owned(), true)));
    assert!(of(Duty::Deploy).contains(&("sa:cluster/infer/deploy".to_owned(), true)));
    assert!(
        of(Duty::Grant).contains(&("user:eve".to_owned(), true)),
        "{found:#?}"
    );
    assert!(
        of(Duty::Grant)
            .iter()
            .all(|(who, _)| who != "sa:cluster/infer/deploy")
    );
}

fn orphans(sources: &[SourceFacts], declared: &Declarations) -> Orphans {
    let now = "2026-11-23T08:00:00Z".parse().unwrap();
    ask(sources, &Memberships::new(), |facts| {
        Orphans::of(declared, now, facts)
    })
}

#[test]
fn an_account_that_can_do_something_and_that_nobody_declares_is_an_orphan() {
    let facts = cluster()
        .lists("sa:infer/idle", "service-account")
        .lists("sa:kube-system/x", "service-account");
    let facts = facts.edge(
        "sa:kube-system/x",
        "member_of",
        "role:infer/reader",
        "binding",
    );
    let declared = Declarations {
        subjects: subjects(&[RUN]),
        ..Declarations::default()
    };
    let found = orphans(&[facts], &declared).found;
    let told: Vec<(OrphanKind, &str)> = found
        .iter()
        .map(|one| (one.kind, one.what.as_str()))
        .collect();
    assert_eq!(told, [(OrphanKind::Undeclared, "sa:cluster/infer/deploy")]);
}

#[test]
fn an_owner_is_gone_when_a_directory_says_who_there_is_and_unknown_otherwise() {
    let declared = Declarations {
        owners: BTreeMap::from([
            ("group group:a".to_owned(), "user:ana".parse().unwrap()),
            ("group group:b".to_owned(), "user:bo".parse().unwrap()),
            ("group group:c".to_owned(), "team:ml".parse().unwrap()),
        ]),
        ..Declarations::default()
    };
    let directory = source("people", Platform::Other).lists("user:ana", "human");
    let found = orphans(&[directory], &declared);
    let told: Vec<&str> = found.found.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(told, ["group group:b"]);
    // It lists no groups, so it cannot say whether the team is there.
    assert_eq!(found.unchecked.len(), 1, "{:?}", found.unchecked);
    let found = orphans(&[], &declared);
    assert!(found.found.is_empty());
    assert_eq!(found.unchecked.len(), 3, "{:?}", found.unchecked);
}

#[test]
fn what_has_ended_and_is_still_there_is_an_orphan_and_no_path() {
    let mut facts = cluster();
    facts.permissions.push(ListedPermission {
        subject: "user:eve".to_owned(),
        operation: "create serviceaccounts/token".to_owned(),
        object: "infer/run".to_owned(),
        effect: "allow".to_owned(),
        source: "RoleBinding infer/old".to_owned(),
        expires_at: Some("2026-11-23T07:59:59Z".parse().unwrap()),
        ..ListedPermission::default()
    });
    assert_eq!(between("user:eve", RUN, &[facts.clone()]).holder, None);
    let declared = Declarations {
        subjects: subjects(&[RUN, "sa:cluster/infer/deploy"]),
        ends: BTreeMap::from([(
            "grant x".to_owned(),
            "2026-11-23T08:00:00Z".parse().unwrap(),
        )]),
        ..Declarations::default()
    };
    let found = orphans(&[facts], &declared).found;
    let told: Vec<(OrphanKind, &str)> = found
        .iter()
        .map(|one| (one.kind, one.what.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (OrphanKind::Ended, "grant x"),
            (OrphanKind::Ended, "user:eve")
        ]
    );
}

/// Subjects of every form stay what they are on their way through the graph.
#[test]
fn a_subject_that_no_fact_names_reaches_nothing() {
    for name in [
        "user:bo",
        "ci:github:acme/x",
        "role:arn:aws:iam::1:role/x",
        "sa:elsewhere/n/a",
    ] {
        let subject: BTreeSet<Subject> = subjects(&[name]);
        let reach = ask(&[], &Memberships::new(), |facts| {
            Reach::of(&subject, &Through::all(), 10, facts)
        });
        assert!(
            reach.identities.is_empty() && reach.permissions.is_empty(),
            "{name}: {reach:?}"
        );
    }
}
