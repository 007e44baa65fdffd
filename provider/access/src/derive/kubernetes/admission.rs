//! What admission may refuse although RBAC allows it.
//!
//! What a policy or a webhook refuses is decided by an expression or by a program elsewhere, for one object at a time. None is
//! taken to close a path; each that stands at a step is named by it.

use super::operation::{Grant, Need};
use crate::access::{Access, Content, Text};
use crate::graph::How;
use crate::rules::{self, Reach};

/// What becomes of every template of pods, so that what refuses pods refuses what the template is for.
const PODS: &str = "create pods";

/// An operation that may be refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    operation: Text,
    object: Text,
    /// The fact that says so.
    fact: u32,
}

impl Refusal {
    pub(crate) const fn new(operation: Text, object: Text, fact: u32) -> Self {
        Self {
            operation,
            object,
            fact,
        }
    }
}

/// The facts that say what may refuse an edge, of which these are the facts that allow it, the leading one first.
pub(crate) fn refusals(how: How, facts: &[u32], access: &Access) -> Vec<u32> {
    stand_at(how, facts, access).unwrap_or_default()
}

fn stand_at(how: How, facts: &[u32], access: &Access) -> Option<Vec<u32>> {
    let How::Rule(number, _) = how else {
        return None;
    };
    let allowed = access.facts.get(*facts.first()?)?;
    let scope = access.origins.get(allowed.origin as usize)?.scope;
    let refusals = access.refusals.get(&scope)?;
    let Content::Permission {
        operation, object, ..
    } = allowed.content
    else {
        return None;
    };
    let rule = rules::rule(number)?;
    let leading = Need::parse(rule.needs.first()?)?;
    let (operation, object) = (access.texts.get(operation), access.texts.get(object));
    let is_here = |refusal: &&Refusal| {
        let refused = access.texts.get(refusal.operation);
        let is_pods = rule.reach == Reach::Compute && refused == PODS;
        let is_asked = Grant::parse(refused).covers(&leading) && overlap(refused, operation);
        (is_pods || is_asked) && meet(access.texts.get(refusal.object), object)
    };
    let here = refusals.iter().filter(is_here);
    Some(here.map(|refusal| refusal.fact).collect())
}

/// Whether one of two operations is, or includes, the other.
fn overlap(one: &str, other: &str) -> bool {
    let includes = |one: &str, other: &str| {
        Need::parse(other).is_some_and(|other| Grant::parse(one).covers(&other))
    };
    includes(one, other) || includes(other, one)
}

/// Whether two places, each `<namespace>/<name>` with `*` for any, have something in common.
fn meet(one: &str, other: &str) -> bool {
    let (one, other) = (
        one.split_once('/').unwrap_or(("*", "*")),
        other.split_once('/').unwrap_or(("*", "*")),
    );
    let is_same = |one: &str, other: &str| one == "*" || other == "*" || one == other;
    is_same(one.0, other.0) && is_same(one.1, other.1)
}
