//! Generated roles on a real API server, and a program that attacks it: who can come to act as whom is what the program
//! achieves, and every cut that is offered ends it.
//!
//! Mistakes were planted in the rules of `portcullis-access` one at a time, each so that a permission leads nowhere any more, and
//! each was found as paths that were achieved and not told: `create serviceaccounts/token` (165 disagreements), `create
//! pods/exec` (160), `impersonate serviceaccounts` (166), `bind` on roles and bindings (73) and `escalate` on roles (76).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod attack;
mod clusters;
mod dice;
mod role_set;
mod told;

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use kubernetes_server::{Client, Cluster, INSTALL, is_installed};

use attack::Attacker;
use dice::Dice;
use role_set::{Account, Change, RoleSet};
use told::Told;

const ROLE_SETS: usize = 300;
/// Paths whose cuts are applied.
const CUT: usize = 40;
/// How long the server's authorizer may take to learn of a role or a binding.
const NEWS: Duration = Duration::from_secs(10);

/// From whom to whom an account of a role set can come.
type Reached = BTreeSet<(Account, Account)>;

fn cluster() -> Option<Cluster> {
    if is_installed() {
        return Some(Cluster::start().unwrap());
    }
    let line = format!(
        "not run: attacks on a real kube-apiserver (needs the one that `{INSTALL}` builds)"
    );
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{line}");
    println!("{line}");
    None
}

#[test]
fn who_can_come_to_act_as_whom_is_what_an_attacker_achieves() {
    let Some(cluster) = cluster() else { return };
    let mut dice = Dice::new(0x9e37_79b9_7f4a_7c15);
    let sets: Vec<RoleSet> = (0..ROLE_SETS)
        .map(|number| RoleSet::any(number, &mut dice))
        .collect();
    let admin = cluster.admin().unwrap();
    for set in &sets {
        set.create(&cluster, &admin);
    }
    wait_for_news(&admin);

    let told = Told::of(&[("cluster", &cluster)]);
    let (mut paths, mut longer, mut cautious) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut open = Vec::new();
    for (set, (direct, achieved)) in sets.iter().zip(attacked(&cluster, &sets)) {
        let reached = told.reached(set);
        for (from, to) in achieved.difference(&reached) {
            wrong.push(format!("{from} became {to}, of which nothing was told"));
        }
        for (from, to) in reached.difference(&achieved) {
            if set.is_read_broadly {
                cautious += 1;
                continue;
            }
            let path = told.path(from, to);
            wrong.push(format!("{from} did not become {to}, as was told: {path}"));
        }
        paths += achieved.len();
        longer += achieved.difference(&direct).count();
        open.extend(achieved.into_iter().map(|pair| (set, pair)));
    }
    let asked = ROLE_SETS * 4 * 3;
    println!(
        "{ROLE_SETS} role sets, {asked} pairs of accounts: {paths} paths achieved, {longer} of them over another account; \
         {cautious} told beyond them by grants that are read broadly; {} disagreements",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        (asked / 20..asked / 2).contains(&paths) && longer > 30,
        "the role sets decide little"
    );
    cuts_close(&cluster, &told, &open);
}

/// Applies one offered cut of some of the paths, each of another role set, and attacks again.
fn cuts_close(cluster: &Cluster, told: &Told, open: &[(&RoleSet, (Account, Account))]) {
    let admin = cluster.admin().unwrap();
    let mut seen = BTreeSet::new();
    let mut cut = Vec::new();
    for (set, (from, to)) in open {
        if cut.len() == CUT || seen.contains(&set.number) {
            continue;
        }
        for words in told.cuts(from, to) {
            let changes = words.iter().map(|change| set.change(change));
            let Some(changes) = changes.collect::<Option<Vec<Change>>>() else {
                continue;
            };
            for change in changes {
                change.apply(&admin);
            }
            seen.insert(set.number);
            cut.push((*set, from, to, words));
            break;
        }
    }
    assert_eq!(cut.len(), CUT, "too few cuts could be applied");
    wait_for_news(&admin);
    for (set, from, to, words) in cut {
        let (_, achieved) = achieved(cluster, set);
        assert!(
            !achieved.contains(&(from.clone(), to.clone())),
            "{from} still becomes {to} after: {}",
            words.join("; ")
        );
    }
    println!("{CUT} cuts applied, all of which end the path that they were offered for");
}

/// What is achieved directly and at all in each role set.
fn attacked(cluster: &Cluster, sets: &[RoleSet]) -> Vec<(Reached, Reached)> {
    let half = sets.len().div_ceil(2);
    thread::scope(|scope| {
        let halves: Vec<_> = sets
            .chunks(half)
            .map(|sets| {
                scope.spawn(move || -> Vec<_> {
                    sets.iter().map(|set| achieved(cluster, set)).collect()
                })
            })
            .collect();
        halves
            .into_iter()
            .flat_map(|half| half.join().unwrap())
            .collect()
    })
}

fn achieved(cluster: &Cluster, set: &RoleSet) -> (Reached, Reached) {
    let mut direct = Reached::new();
    for account in &set.accounts {
        let attacker = Attacker::new(cluster, account, set);
        for victim in attacker.becomes() {
            direct.insert((account.clone(), victim));
        }
    }
    // Whoever has become somebody attacks as them.
    let mut all = direct.clone();
    loop {
        let further: Reached = all
            .iter()
            .flat_map(|(from, over)| {
                let next = direct.iter().filter(move |(next, _)| next == over);
                next.map(move |(_, to)| (from.clone(), to.clone()))
            })
            .filter(|(from, to)| from != to)
            .collect();
        let before = all.len();
        all.extend(further);
        if all.len() == before {
            return (direct, all);
        }
    }
}

/// Returns when the authorizer knows what was stored before the call.
fn wait_for_news(admin: &Client) {
    thread::sleep(Duration::from_secs(1));
    role_set::last_news(admin, NEWS);
}
