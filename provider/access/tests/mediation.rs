//! Steps that somebody stands behind: what they cover, and what they do not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use std::collections::BTreeMap;

use facts::{Says, judge, source, split};
use portcullis_access::{
    Access, Facts, Mediated, Memberships, Platform, Separation, SourceFacts, Split, Step, mediate,
};

const DEPLOY: &[&str] = &["sa:cluster/infer/ci"];
const RUNTIME: &[&str] = &["sa:cluster/infer/run"];
const DOOR: &str =
    "sa:cluster/infer/ci --creates deployments in infer--> any service account in infer";

/// Somebody who creates Deployments where the runtime account is, by a role that another has too.
fn cluster(name: &str) -> SourceFacts {
    let role = "role:infer/deployer";
    let mut facts = source(name, Platform::Kubernetes)
        .lists("sa:infer/run", "service-account")
        .allows(role, "create deployments.apps", "infer/*", "Role deployer");
    for account in ["sa:infer/ci", "sa:infer/other"] {
        facts = facts.lists(account, "service-account").edge(
            account,
            "member_of",
            role,
            "RoleBinding deployers",
        );
    }
    facts
}

fn judged(split: &Split, steps: &[&str], sources: &[SourceFacts]) -> Mediated {
    let steps: Vec<Step> = steps.iter().map(|step| step.parse().unwrap()).collect();
    let facts = Facts {
        configuration: &Memberships::new(),
        ledger: &Memberships::new(),
        grants: &[],
        access: &Access::derive(sources),
        unread: &BTreeMap::new(),
    };
    mediate(split, &steps, facts)
}

/// The witness that is left.
fn crossed(judged: &Mediated) -> String {
    match &judged.separation {
        Separation::Crossed(crossing) => crossing.to_string(),
        other => panic!("{other:?}"),
    }
}

fn holds(judged: &Mediated) -> bool {
    matches!(judged.separation, Separation::Holds(_))
}

#[test]
fn the_step_that_is_named_is_covered_and_the_path_told() {
    let judged = judged(&split(DEPLOY, RUNTIME), &[DOOR], &[cluster("cluster")]);
    assert!(holds(&judged), "{judged:?}");
    let [covered] = judged.covered.as_slice() else {
        panic!("{judged:?}")
    };
    assert_eq!(
        (covered.step, covered.crossing.to_string()),
        (0, format!("  {DOOR} --includes--> sa:cluster/infer/run"))
    );
}

#[test]
fn nobody_else_of_the_same_role_is_covered() {
    let both = split(&["sa:cluster/infer/ci", "sa:cluster/infer/other"], RUNTIME);
    let judged = judged(&both, &[DOOR], &[cluster("cluster")]);
    assert!(crossed(&judged).contains("sa:cluster/infer/other --creates deployments"));
}

#[test]
fn another_permission_of_the_same_role_is_not_covered() {
    let more = cluster("cluster").allows(
        "role:infer/deployer",
        "create serviceaccounts/token",
        "infer/run",
        "Role deployer",
    );
    let judged = judged(&split(DEPLOY, RUNTIME), &[DOOR], &[more]);
    assert!(crossed(&judged).contains("--mints tokens"), "{judged:?}");
}

#[test]
fn another_step_between_the_same_two_is_not_covered() {
    let more = cluster("cluster").allows(
        "role:infer/deployer",
        "create pods",
        "infer/*",
        "Role deployer",
    );
    let pods = "sa:cluster/infer/ci --creates pods in infer--> any service account in infer";
    for (covered, left) in [(DOOR, pods), (pods, DOOR)] {
        let judged = judged(
            &split(DEPLOY, RUNTIME),
            &[covered],
            std::slice::from_ref(&more),
        );
        assert!(crossed(&judged).contains(left), "{covered}: {judged:?}");
    }
    let both = judged(&split(DEPLOY, RUNTIME), &[DOOR, pods], &[more]);
    assert!(holds(&both), "{both:?}");
}

#[test]
fn a_step_elsewhere_or_in_other_words_covers_nothing() {
    for step in [
        "sa:cluster/infer/other --creates deployments in infer--> any service account in infer",
        "sa:cluster/infer/ci --creates deployments in infer--> sa:cluster/infer/run",
        "sa:cluster/infer/ci --creates deployments in serve--> any service account in infer",
        "sa:cluster/infer/* --creates deployments in infer--> any service account in infer",
    ] {
        let judged = judged(&split(DEPLOY, RUNTIME), &[step], &[cluster("cluster")]);
        assert!(judged.covered.is_empty(), "{step}");
        assert!(crossed(&judged).contains(DOOR), "{step}");
    }
}

#[test]
fn only_what_is_needed_is_set_aside() {
    let elsewhere =
        "sa:cluster/serve/x --creates deployments in serve--> any service account in serve";
    let both = judged(
        &split(DEPLOY, RUNTIME),
        &[elsewhere, DOOR],
        &[cluster("cluster")],
    );
    let used: Vec<usize> = both.covered.iter().map(|one| one.step).collect();
    assert!(holds(&both) && used == [1], "{both:?}");
    let apart = split(DEPLOY, &["sa:cluster/serve/run"]);
    let idle = judged(&apart, &[DOOR], &[cluster("cluster")]);
    assert!(holds(&idle) && idle.covered.is_empty(), "{idle:?}");
}

#[test]
fn two_steps_close_two_paths_and_one_closes_one() {
    let minted = "sa:cluster/infer/ci --mints tokens infer/run--> sa:cluster/infer/run";
    let more = || {
        cluster("cluster").allows(
            "sa:infer/ci",
            "create serviceaccounts/token",
            "infer/run",
            "Role minter",
        )
    };
    let asked = split(DEPLOY, RUNTIME);
    assert!(crossed(&judged(&asked, &[DOOR], &[more()])).contains("--mints tokens"));
    assert!(crossed(&judged(&asked, &[minted], &[more()])).contains("--creates deployments"));
    let both = judged(&asked, &[DOOR, minted], &[more()]);
    assert!(holds(&both) && both.covered.len() == 2, "{both:?}");
}

#[test]
fn what_is_unknown_stays_unknown() {
    let group = split(&["sa:cluster/infer/ci", "group:nobody-described"], RUNTIME);
    let judged = judged(&group, &[DOOR], &[cluster("cluster")]);
    let Separation::Undecided(missing) = &judged.separation else {
        panic!("{judged:?}")
    };
    assert!(missing.groups.contains("group:nobody-described"));
}

#[test]
fn a_text_that_two_steps_have_names_neither() {
    // What is longer than a witness repeats reads the same.
    let long = "x".repeat(400);
    let cluster = ["1", "2"].iter().fold(cluster("cluster"), |cluster, end| {
        let user = format!("{long}{end}");
        cluster
            .allows(
                "sa:infer/x",
                "impersonate users",
                &format!("*/{user}"),
                "Role",
            )
            .edge(
                &format!("user:{user}"),
                "member_of",
                "role:infer/deployer",
                "RoleBinding",
            )
    });
    let asked = split(&["sa:cluster/infer/x"], RUNTIME);
    let crossing = |judged: Mediated| match judged.separation {
        Separation::Crossed(crossing) => crossing,
        other => panic!("{other:?}"),
    };
    let first = crossing(judged(&asked, &[], std::slice::from_ref(&cluster)));
    let hop = first.runtime.hops.first().unwrap();
    assert!(hop.does.starts_with("impersonates users"), "{hop:?}");
    let step = format!("{} --{}--> {}", first.runtime.start, hop.does, hop.to);
    crossing(judged(&asked, &[&step], &[cluster]));
}

#[test]
fn a_step_names_the_cluster_where_there_are_two() {
    // The group is one on both clusters, and both have the namespace.
    let bound = |name: &str| {
        cluster(name).edge(
            "group:ml",
            "member_of",
            "role:infer/deployer",
            "RoleBinding",
        )
    };
    let asked = split(&["group:ml"], &["sa:one/infer/run"]);
    let members = Memberships::from([("group:ml".parse().unwrap(), facts::subjects(&[]))]);
    let access = Access::derive(&[bound("one"), bound("two")]);
    let facts = Facts {
        configuration: &members,
        ledger: &Memberships::new(),
        grants: &[],
        access: &access,
        unread: &BTreeMap::new(),
    };
    let step = "group:ml --creates deployments in infer--> any service account in infer";
    for (of, is_covered) in [("", false), (" of two", false), (" of one", true)] {
        let step = format!("{step}{of}").parse().unwrap();
        let judged = mediate(&asked, &[step], facts);
        assert_eq!(holds(&judged), is_covered, "{of}: {judged:?}");
    }
}

#[test]
fn accounts_of_one_name_on_two_clusters_stay_apart() {
    let quiet = source("two", Platform::Kubernetes)
        .lists("sa:infer/run", "service-account")
        .lists("sa:infer/ci", "service-account");
    let sources = [cluster("one"), quiet];
    let crosses = |deploy: &str, runtime: &str| {
        let verdict = judge(&split(&[deploy], &[runtime]), &sources);
        match verdict {
            Separation::Crossed(crossing) => {
                assert!(!crossing.to_string().contains("sa:two/"), "{crossing}");
                true
            }
            Separation::Holds(_) => false,
            Separation::Undecided(missing) => panic!("{missing:?}"),
        }
    };
    assert!(crosses("sa:one/infer/ci", "sa:one/infer/run"));
    assert!(!crosses("sa:one/infer/ci", "sa:two/infer/run"));
    assert!(!crosses("sa:two/infer/ci", "sa:one/infer/run"));
    assert!(!crosses("sa:two/infer/ci", "sa:two/infer/run"));
}
