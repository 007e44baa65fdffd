//! AWS: trust that names somebody who is denied to make use of it.
//!
//! A trust policy that names a user or a role lets it in by itself. An explicit denial comes before that, be it in the trust
//! policy, in a policy of whoever asks, or in one that limits the account.

use std::collections::BTreeMap;

use crate::Relation;
use crate::derive::joint::{Closure, Members};
use crate::derive::{Denial, Derivation, Doubt, Pattern};
use crate::graph::{Because, Edge, How};
use crate::nodes::{Node, Scope};

const ANYONE: &str = "anyone";

/// Takes away the trust that is denied, and says of the rest which denials may not apply to it.
pub(super) fn derive(derivation: &mut Derivation, scope: Scope) {
    let is_here = |denial: &Denial| denial.scope == scope;
    let some = derivation.denials.iter().any(is_here)
        || derivation.doubts.iter().any(|doubt| is_here(&doubt.denial));
    if !some {
        return;
    }
    accounts(derivation, scope);
    let members = Members::derived(derivation);
    let mut closures: BTreeMap<Node, Closure> = BTreeMap::new();
    let mut left = Vec::new();
    for mut edge in std::mem::take(&mut derivation.edges) {
        let Some((fact, asked)) = asked(&edge, scope, derivation) else {
            left.push(edge);
            continue;
        };
        let closure = closures
            .entry(edge.from)
            .or_insert_with(|| Closure::of(edge.from, &members, &derivation.access));
        let is_denied =
            |denial: &Denial| is_here(denial) && is_about(denial, &asked, closure, derivation);
        if derivation.denials.iter().any(is_denied) {
            continue;
        }
        let doubts = derivation.doubts.iter();
        let doubts = doubts.filter(|doubt: &&Doubt| is_denied(&doubt.denial));
        let facts: Vec<u32> = std::iter::once(fact)
            .chain(doubts.map(|doubt| doubt.fact))
            .collect();
        if facts.len() > 1 {
            edge.because = Because::Facts(derivation.access.joined.push(facts.into()));
        }
        left.push(edge);
    }
    derivation.edges = left;
}

/// What is asked of AWS by whoever makes use of a trust.
struct Asked {
    action: &'static str,
    role: Box<str>,
}

/// The fact that an edge rests on and what is asked by it; `None` for what is no trust that this source tells of.
fn asked(edge: &Edge, scope: Scope, derivation: &Derivation) -> Option<(u32, Asked)> {
    let (How::Stated(Relation::Assumes), Because::Fact(fact)) = (edge.how, edge.because) else {
        return None;
    };
    let access = &derivation.access;
    let origin = access.facts.get(fact)?.origin;
    let is_here = access.origins.get(origin as usize)?.scope == scope;
    let role = access.nodes.name(edge.to)?.0.strip_prefix("role:")?;
    let (from, _) = access.nodes.name(edge.from)?;
    let is_of_aws = ["user:arn:", "role:arn:", ANYONE]
        .iter()
        .any(|kind| from.starts_with(kind));
    let action = match from {
        _ if is_of_aws => "sts:AssumeRole",
        _ if from.contains(":saml-provider/") => "sts:AssumeRoleWithSAML",
        _ => "sts:AssumeRoleWithWebIdentity",
    };
    let role = role.into();
    (is_here && access.listed_roles.contains(&edge.to)).then_some((fact, Asked { action, role }))
}

/// Whether a denial is about what is asked by somebody of that closure.
fn is_about(denial: &Denial, asked: &Asked, closure: &Closure, derivation: &Derivation) -> bool {
    let access = &derivation.access;
    let is_anybody = access
        .nodes
        .name(denial.holder)
        .is_some_and(|(name, _)| name == ANYONE);
    (is_anybody || closure.standing.contains(&denial.holder))
        && Pattern(access.texts.get(denial.operation)).covers(asked.action)
        && Pattern(access.texts.get(denial.object)).covers(&asked.role)
}

/// Puts whoever the source lists into the accounts that something is denied to.
fn accounts(derivation: &mut Derivation, scope: Scope) {
    let doubts = derivation.doubts.iter().map(|doubt| &doubt.denial);
    let denials = derivation.denials.iter().chain(doubts);
    let nodes = &derivation.access.nodes;
    let accounts: BTreeMap<String, Node> = denials
        .filter_map(|denial| {
            let (name, _) = nodes.name(denial.holder)?;
            let account = name.strip_prefix("account:")?;
            Some((account.to_owned(), denial.holder))
        })
        .collect();
    if accounts.is_empty() {
        return;
    }
    let of = |node: Node| {
        let (name, _) = nodes.name(node)?;
        let account = name.split(':').nth(5)?;
        accounts.get(account).copied()
    };
    let listed = derivation.listed.iter();
    let inside: Vec<(Node, Node)> = listed
        .filter(|(said_by, _)| *said_by == scope)
        .filter_map(|&(_, node)| Some((node, of(node)?)))
        .collect();
    for (node, account) in inside {
        derivation.push(node, account, How::Implied, Because::Built);
    }
}
