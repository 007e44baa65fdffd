//! What a party can come to hold: the search of [`Holders`](crate::Holders) the other way round.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use portcullis_model::{Name, Subject, Through, visible};

use crate::access::{Content, Fact};
use crate::graph::How;
use crate::holder::{far, is_somebody};
use crate::nodes::{Node, number};
use crate::question::{NOT_REACHED, Question};
use crate::{Evidence, Facts, Missing, Mode, Relation, Route, Split};

/// Longest text of a source that is repeated, in characters.
const SHOWN_CHARS: usize = 200;

/// Everything that a party can come to hold, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Whom it can come to act as, the nearest first; a shortest path each.
    pub identities: Vec<Reached>,
    /// What they and it itself are granted, ordered by how it is held, then by what it is; at most as many as asked for.
    /// A denial or a boundary may take a part of it away.
    pub permissions: Vec<HeldPermission>,
    /// How many permissions there are.
    pub permissions_total: usize,
    /// Why there may be more.
    pub missing: Missing,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
}

/// Somebody whom the party can come to act as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// A shortest path from the party.
    pub route: Route,
    /// Whether the party has that authority at any time; otherwise it has to change something first.
    pub is_standing: bool,
}

/// A permission that somebody is granted whom the party is or can come to act as. Texts are safe to print.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldPermission {
    /// Whether the party itself holds it, by its groups and roles alone; otherwise by acting as somebody else.
    pub is_direct: bool,
    /// Who is granted it, a role for example.
    pub holder: String,
    /// The platform's word.
    pub operation: String,
    /// What it is about, in the platform's notation.
    pub object: String,
    /// What grants it.
    pub granted_by: String,
    /// The condition under which it holds, in the platform's notation; empty without one.
    pub condition: String,
    /// The connector that says so.
    pub source: Name,
    /// When it ends; `None` when it does not.
    pub until: Option<Timestamp>,
    /// What kind of privilege the way to it is.
    pub mode: Mode,
}

impl Reach {
    /// What `subjects` can come to hold, with at most `limit` permissions.
    #[must_use]
    pub fn of(
        subjects: &BTreeSet<Subject>,
        through: &BTreeSet<Through>,
        limit: usize,
        facts: Facts<'_>,
    ) -> Self {
        let split = Split::asking(subjects, &BTreeSet::new(), through);
        let question = Question::new(&split, facts);
        let own = forwards(&question, |how| {
            matches!(how, How::Holds | How::Implied | How::RunOf | How::Matches)
                || how == How::Stated(Relation::MemberOf)
        });
        let standing = forwards(&question, How::is_standing);
        let all = forwards(&question, |_| true);
        let (permissions, permissions_total) = permissions(&question, &own, &all, limit);
        Self {
            identities: identities(&question, &standing, &all),
            permissions,
            permissions_total,
            missing: missing(&question, facts),
            sources: facts.access.sources(),
        }
    }
}

/// How many edges each node is away from the party, over edges that may be `followed`.
fn forwards(question: &Question<'_>, followed: impl Fn(How) -> bool) -> Vec<u32> {
    let mut distances = vec![NOT_REACHED; question.len()];
    let mut queue: VecDeque<(Node, u32)> = VecDeque::new();
    let starts = question.deploy.iter().map(|&node| (node, 0));
    let mut reach = |(node, distance): (Node, u32), queue: &mut VecDeque<(Node, u32)>| {
        if let Some(known) = distances.get_mut(node as usize)
            && *known == NOT_REACHED
        {
            *known = distance;
            queue.push_back((node, distance));
        }
    };
    for start in starts {
        reach(start, &mut queue);
    }
    while let Some((node, distance)) = queue.pop_front() {
        for edge in question.starting_at(node) {
            if followed(edge.how) {
                reach((edge.to, distance + 1), &mut queue);
            }
        }
    }
    distances
}

fn identities(question: &Question<'_>, standing: &[u32], all: &[u32]) -> Vec<Reached> {
    let mut found: Vec<(u32, String, Reached)> = (0..number(question.len()))
        .filter_map(|node| {
            let distance = far(all, node).filter(|distance| *distance > 0)?;
            let shown = question.shown(node);
            is_somebody(&shown).then(|| {
                let route = Route::to(node, all, question);
                let is_standing = far(standing, node).is_some();
                (distance, shown, Reached { route, is_standing })
            })
        })
        .collect();
    found.sort_by(|(one, a, _), (other, b, _)| (one, a).cmp(&(other, b)));
    found.into_iter().map(|(_, _, reached)| reached).collect()
}

/// The permissions of everybody reached, ordered and cut to `limit`, and how many there are.
fn permissions(
    question: &Question<'_>,
    own: &[u32],
    all: &[u32],
    limit: usize,
) -> (Vec<HeldPermission>, usize) {
    let held = |fact: &&Fact| match fact.content {
        Content::Permission { holder, .. } => far(all, holder).is_some(),
        Content::Edge { .. } | Content::Denial { .. } => false,
    };
    let mut found: Vec<HeldPermission> = question
        .access
        .facts
        .iter()
        .filter(held)
        .filter_map(|fact| held_permission(fact, question, own, all))
        .collect();
    found.sort_by(|one, other| {
        (other.is_direct, one)
            .partial_cmp(&(one.is_direct, other))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    found.dedup();
    let total = found.len();
    found.truncate(limit);
    (found, total)
}

fn held_permission(
    fact: &Fact,
    question: &Question<'_>,
    own: &[u32],
    all: &[u32],
) -> Option<HeldPermission> {
    let Content::Permission {
        holder,
        operation,
        object,
    } = fact.content
    else {
        return None;
    };
    let access = question.access;
    let text = |text| visible(access.texts.get(text), SHOWN_CHARS);
    let origin = access.origins.get(fact.origin as usize)?;
    let is_direct = far(own, holder).is_some();
    let distances = if is_direct { own } else { all };
    let route = Route::to(holder, distances, question);
    let ends = [access.texts.get(fact.until).parse().ok(), route.until()];
    Some(HeldPermission {
        is_direct,
        holder: question.shown(holder),
        operation: text(operation),
        object: text(object),
        granted_by: text(fact.granted_by),
        condition: text(fact.condition),
        source: origin.source.clone(),
        until: ends.into_iter().flatten().min(),
        mode: route.mode().max(fact.mode),
    })
}

/// The party may be in any group whose members nobody lists, and hold what that group holds.
fn missing(question: &Question<'_>, facts: Facts<'_>) -> Missing {
    let groups = (0..number(question.len()))
        .filter(|&node| question.is_undescribed(node))
        .filter(|&node| question.starting_at(node).next().is_some())
        .map(|node| question.shown(node));
    Missing {
        groups: groups.collect(),
        sources: facts.unread.clone(),
    }
}

impl Route {
    /// Texts of the connectors that the path rests on, `Role infer/deployer` for example.
    #[must_use]
    pub fn granted_by(&self) -> BTreeSet<&str> {
        let evidence = self.hops.iter().flat_map(|hop| &hop.evidence);
        let texts = evidence.filter_map(|evidence| match evidence {
            Evidence::Read { granted_by, .. } => Some(granted_by.as_str()),
            Evidence::Granted { .. } | Evidence::Configuration | Evidence::Ledger => None,
        });
        texts.filter(|text| !text.is_empty()).collect()
    }
}
