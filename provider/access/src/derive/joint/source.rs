//! What permissions of one source amount to together.

use std::collections::{BTreeMap, BTreeSet};

use crate::derive::Derivation;
use crate::derive::joint::held::{ByHolder, Needs, held};
use crate::derive::joint::membership::Members;
use crate::derive::joint::{Dialect, Holdings, MEMBERS_MAX, Numbered};
use crate::graph::Edge;
use crate::nodes::{Node, Scope};
use crate::rules::Rule;

/// What amounts to a path only together, on one source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joint {
    /// What meets some need of the rules.
    pub(in crate::derive) held: ByHolder,
    /// What follows.
    pub(in crate::derive) edges: Vec<Edge>,
}

/// Derives the edges of `rules` for one source; what its holders hold of them is the answer.
pub(in crate::derive) fn derive(
    derivation: &mut Derivation,
    scope: Scope,
    rules: &[(u16, &'static Rule)],
    dialect: &dyn Dialect,
) -> ByHolder {
    let held = held(derivation, scope, &needs(rules), dialect, 0);
    let numbered = numbered(rules, &held);
    if numbered.is_empty() {
        return held;
    }
    let members = Members::derived(derivation);
    put(derivation, scope, numbered, dialect, held, members)
}

/// What facts from that number on add to what is held.
pub(in crate::derive) fn held_from(
    derivation: &Derivation,
    scope: Scope,
    rules: &[(u16, &'static Rule)],
    dialect: &dyn Dialect,
    first: u32,
) -> ByHolder {
    held(derivation, scope, &needs(rules), dialect, first)
}

/// Derives the edges of `rules` for one source of a graph that is there.
pub(in crate::derive) fn derive_again(
    derivation: &mut Derivation,
    scope: Scope,
    rules: &[(u16, &'static Rule)],
    dialect: &dyn Dialect,
    held: ByHolder,
) -> ByHolder {
    let numbered = numbered(rules, &held);
    if numbered.is_empty() {
        return held;
    }
    let members = Members::of(&derivation.access);
    put(derivation, scope, numbered, dialect, held, members)
}

/// What rules need, each once.
fn needs(rules: &[(u16, &'static Rule)]) -> Vec<&'static str> {
    let needs = rules.iter().flat_map(|(_, rule)| rule.needs);
    let needs: BTreeSet<&'static str> = needs.copied().collect();
    needs.into_iter().collect()
}

/// The rules each of whose needs somebody meets.
fn numbered(rules: &[(u16, &'static Rule)], held: &ByHolder) -> Vec<Numbered> {
    let mut met = Needs::default();
    for held in held.values().flatten() {
        met.add_all(held.needs);
    }
    let needs = needs(rules);
    let position = |need: &&str| needs.iter().position(|one| one == need);
    let numbered = rules.iter().map(|&(number, rule)| {
        let needs = rule.needs.iter().filter_map(position).collect();
        (number, rule, needs)
    });
    numbered
        .filter(|(.., needs): &Numbered| needs.iter().all(|need| met.has(*need)))
        .collect()
}

fn put(
    derivation: &mut Derivation,
    scope: Scope,
    rules: Vec<Numbered>,
    dialect: &dyn Dialect,
    held: ByHolder,
    members: Members,
) -> ByHolder {
    let mut holdings = Holdings {
        scope,
        rules,
        dialect,
        held,
        denied: BTreeMap::new(),
        bounds: BTreeMap::new(),
        members,
    };
    for denial in derivation
        .denials
        .iter()
        .filter(|denial| denial.scope == scope)
    {
        holdings
            .denied
            .entry(denial.holder)
            .or_default()
            .push(*denial);
    }
    for &(holder, boundary, said_by) in &derivation.bounds {
        if said_by == scope {
            holdings.bounds.entry(holder).or_default().push(boundary);
        }
    }
    let holders: Vec<Node> = holdings.held.keys().copied().collect();
    let mut left = MEMBERS_MAX;
    for holder in holders {
        holdings.derive(holder, &mut left, derivation);
    }
    holdings.held
}
