//! How long it takes to derive a graph of 1,000,000 stated edges and to judge splits over it; prints JSON.
//!
//! `cargo run --release --package portcullis-access --example paths`, and after it another number of edges.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use jiff::Timestamp;
use portcullis_access::{
    Access, Facts, ListedEdge, ListedPermission, ListedSubject, Memberships, Platform, Separation,
    SourceChange, SourceFacts, Split, Through, separate,
};
use portcullis_model::{Name, Subject};

const EDGES: usize = 1_000_000;
const RUNS: usize = 15;
/// Service accounts, and roles, of a namespace.
const ACCOUNTS: usize = 50;
const ROLES: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let edges = std::env::args()
        .nth(1)
        .map_or(Ok(EDGES), |edges| edges.parse())?;
    let sources = [cluster(edges)?];
    let facts_mib = resident_mib();
    let started = Instant::now();
    let access = Access::derive(&sources);
    let derive_ms = milliseconds(started);

    let none = Memberships::new();
    let unread = BTreeMap::new();
    let people: BTreeSet<Subject> = (0..10_000)
        .map(|one| format!("user:u{one}").parse())
        .collect::<Result<_, _>>()?;
    let groups = Memberships::from([("group:release".parse()?, people.clone())]);
    let changed = |groups: &Memberships| {
        let mut groups = groups.clone();
        for members in groups.values_mut() {
            let gone: Vec<Subject> = members.iter().take(10).cloned().collect();
            members.retain(|one| !gone.contains(one));
        }
        groups
    };
    let after = changed(&groups);
    let judge = |split: &Split, configuration: &Memberships| {
        let facts = Facts {
            configuration,
            ledger: &none,
            grants: &[],
            access: &access,
            unread: &unread,
        };
        separate(split, facts)
    };
    let crossed = split(["ci:github:acme/n0:ref:main"], "sa:cluster/n0/a1")?;
    let apart = split(["ci:github:acme/n0:ref:main"], "sa:cluster/n1/a1")?;
    let many = Split {
        deploy: people,
        ..split([], "sa:cluster/outside/run")?
    };
    let of_group = split(["group:release"], "sa:cluster/outside/run")?;
    let is_crossed = |verdict| matches!(verdict, Separation::Crossed(_));
    let holds = |verdict| matches!(verdict, Separation::Holds(_));
    let change = ten_edges(&sources[0])?;
    let judge_after = || {
        let changed = access.changed(std::slice::from_ref(&change));
        changed.is_some_and(|access| is_crossed(separate(&apart, live(&access, &none, &unread))))
    };
    println!(
        "{}",
        serde_json::json!({
            "stated_edges": edges,
            "permissions": sources.iter().map(|source| source.permissions.len()).sum::<usize>(),
            "edges": access.edges(),
            "derive_ms": derive_ms,
            "crossed_split_ms": median(|| assert!(is_crossed(judge(&crossed, &none)))),
            "split_that_holds_ms": median(|| assert!(holds(judge(&apart, &none)))),
            "split_of_10000_subjects_ms": median(|| assert!(holds(judge(&many, &none)))),
            "split_of_a_group_of_10000_ms": median(|| assert!(holds(judge(&of_group, &groups)))),
            "ten_memberships_changed_ms": median(|| drop(black_box(judge(&of_group, &after)))),
            "ten_live_edges_changed_ms": median(|| assert!(judge_after())),
            "facts_mib": facts_mib,
            "peak_mib": peak_mib(),
        })
    );
    Ok(())
}

/// A cluster of many namespaces: each has accounts, roles that let pods be created, and a pipeline that deploys; people
/// are bound to roles that read.
fn cluster(edges: usize) -> Result<SourceFacts, Box<dyn Error>> {
    let namespaces = edges.div_ceil(ACCOUNTS * 5).max(2);
    let mut facts = SourceFacts {
        source: "cluster".parse()?,
        platform: Platform::Kubernetes,
        observed_at: Timestamp::UNIX_EPOCH,
        subjects: Vec::new(),
        objects: Vec::new(),
        permissions: Vec::new(),
        edges: Vec::new(),
    };
    for namespace in 0..namespaces {
        for account in 0..ACCOUNTS {
            facts.subjects.push(ListedSubject {
                id: format!("sa:n{namespace}/a{account}"),
                kind: "service-account".to_owned(),
                ..ListedSubject::default()
            });
        }
        for role in 0..ROLES {
            let operation = ["create deployments.apps", "get configmaps", "list pods"];
            for operation in operation.iter().take(1 + role % 3).rev().take(2) {
                facts.permissions.push(ListedPermission {
                    subject: format!("role:n{namespace}/r{role}"),
                    operation: (*operation).to_owned(),
                    object: format!("n{namespace}/*"),
                    effect: "allow".to_owned(),
                    source: format!("Role n{namespace}/r{role}"),
                    ..ListedPermission::default()
                });
            }
        }
        facts.edges.push(ListedEdge {
            from: format!("ci:github:acme/n{namespace}:ref:main"),
            relation: "assumes".to_owned(),
            to: format!("sa:n{namespace}/a0"),
            mode: "standing".to_owned(),
            source: "config assumed_by".to_owned(),
            ..ListedEdge::default()
        });
    }
    let mut binding = 0;
    while facts.edges.len() < edges {
        let namespace = binding % namespaces;
        let round = binding / namespaces;
        let from = if round < ACCOUNTS {
            format!("sa:n{namespace}/a{round}")
        } else {
            format!("user:u{}", (binding * 7) % 50_000)
        };
        facts.edges.push(ListedEdge {
            from,
            relation: "member_of".to_owned(),
            to: format!("role:n{namespace}/r{}", round % ROLES),
            mode: "standing".to_owned(),
            source: format!("RoleBinding n{namespace}/b{round}"),
            ..ListedEdge::default()
        });
        binding += 1;
    }
    Ok(facts)
}

/// What connectors read, with nothing declared beside it.
fn live<'a>(
    access: &'a Access,
    none: &'a Memberships,
    unread: &'a BTreeMap<Name, String>,
) -> Facts<'a> {
    Facts {
        configuration: none,
        ledger: none,
        grants: &[],
        access,
        unread,
    }
}

/// Ten edges: bindings that end, and bindings and a pipeline that are new. With them the pipeline of one namespace comes to
/// run what it likes in another.
fn ten_edges(cluster: &SourceFacts) -> Result<SourceChange, Box<dyn Error>> {
    let nothing = || -> Result<SourceFacts, Box<dyn Error>> {
        Ok(SourceFacts {
            source: "cluster".parse()?,
            platform: Platform::Kubernetes,
            observed_at: Timestamp::UNIX_EPOCH,
            subjects: Vec::new(),
            objects: Vec::new(),
            permissions: Vec::new(),
            edges: Vec::new(),
        })
    };
    let (mut taken, mut added) = (nothing()?, nothing()?);
    let bindings = cluster.edges.iter().rev().step_by(1_001);
    taken.edges.extend(bindings.take(5).cloned());
    let new = |from: &str, relation: &str, to: &str| ListedEdge {
        from: from.to_owned(),
        relation: relation.to_owned(),
        to: to.to_owned(),
        mode: "standing".to_owned(),
        source: "RoleBinding new".to_owned(),
        ..ListedEdge::default()
    };
    added.edges.extend([
        new("sa:n0/a0", "member_of", "role:n1/r0"),
        new("sa:n0/fresh", "member_of", "role:n1/r2"),
        new("user:somebody-new", "member_of", "role:n1/r2"),
        new("ci:github:acme/new:ref:main", "assumes", "sa:n2/a0"),
        new("sa:another/fresh", "member_of", "role:another/r2"),
    ]);
    Ok(SourceChange { taken, added })
}

fn split<const N: usize>(deploy: [&str; N], runtime: &str) -> Result<Split, Box<dyn Error>> {
    Ok(Split {
        workload: "production/fraud-scorer".to_owned(),
        deploy: deploy
            .iter()
            .map(|one| one.parse())
            .collect::<Result<_, _>>()?,
        runtime: BTreeSet::from([runtime.parse()?]),
        through: Through::all(),
    })
}

fn milliseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1_000.0
}

/// The median of some runs in milliseconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            run();
            milliseconds(started)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(RUNS / 2).copied().unwrap_or_default()
}

/// Memory in use now, where the system says so.
fn resident_mib() -> Option<u64> {
    status_mib("VmRSS:")
}

/// Most memory ever in use.
fn peak_mib() -> Option<u64> {
    status_mib("VmHWM:")
}

fn status_mib(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024)
}
