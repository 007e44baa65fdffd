//! The verdict on one split.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{Name, Subject, Verdict};

use crate::nodes::{Node, number};
use crate::question::{NOT_REACHED, Question};
use crate::{Crossing, Cuts, Facts, Relation, Route, Split};

/// Why a split holds: who was looked at, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Subjects that may deploy, groups and their members all counted.
    pub deploy: usize,
    /// Subjects that may act as the workload, counted likewise.
    pub runtime: usize,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
    /// Break-glass access that ends by itself, of which the connectors told: it is no standing authority, and is not
    /// followed.
    pub exceptions: usize,
}

/// What is not known, so that nothing can be said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    /// Groups that no fact describes.
    pub groups: BTreeSet<String>,
    /// Connectors whose facts are absent or partial, each with the reason.
    pub sources: BTreeMap<Name, String>,
}

/// Whether the two sides of a split are apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Separation {
    /// No path leads from one side to the other, and every fact that could show one was there.
    Holds(Proof),
    /// A path leads from one side to the other, whatever else is unknown.
    Crossed(Box<Crossing>),
    /// No path is known, and not everything is.
    Undecided(Missing),
}

/// Whether no subject can come to be on both sides of `split`, as far as `facts` tell.
///
/// A subject is on a side when it is declared there or has that authority at any time: through groups, or by taking on
/// a declared identity. It crosses when it can come to the other side in any way that the split looks through. Groups
/// themselves cross too: one group on both sides is a crossing even when it has no known member.
#[must_use]
pub fn separate(split: &Split, facts: Facts<'_>) -> Separation {
    of(&Question::new(split, facts), split, facts)
}

/// The same, of a question that is asked already.
pub(crate) fn of(question: &Question<'_>, split: &Split, facts: Facts<'_>) -> Separation {
    let sides = Sides::of(question);
    let crossing = sides.crossing(question);
    // The plainest witness: the shortest paths; people and pipelines before the groups that hold them.
    let cost = |node: Node| sides.cost(node).unwrap_or(NOT_REACHED);
    let shortest = crossing.iter().map(|&node| cost(node)).min();
    let witness = crossing
        .iter()
        .filter(|&&node| Some(cost(node)) == shortest)
        .map(|&node| (question.is_group(node), question.shown(node), node))
        .min();
    if let Some((_, _, subject)) = witness {
        return Separation::Crossed(Box::new(sides.witness(subject, &crossing, question)));
    }
    let missing = sides.missing(split, facts, question);
    if missing == Missing::default() {
        let count = |distances: &[u32]| distances.iter().filter(|at| **at != NOT_REACHED).count();
        Separation::Holds(Proof {
            deploy: count(&sides.deploy_standing),
            runtime: count(&sides.runtime_standing),
            sources: facts.access.sources(),
            exceptions: facts.access.exceptions,
        })
    } else {
        Separation::Undecided(missing)
    }
}

/// How far every node is from each side: over standing authority, and over every path.
pub(crate) struct Sides {
    deploy_standing: Vec<u32>,
    deploy: Vec<u32>,
    runtime_standing: Vec<u32>,
    runtime: Vec<u32>,
}

impl Sides {
    pub(crate) fn of(question: &Question<'_>) -> Self {
        Self {
            deploy_standing: question.distances(&question.deploy, true),
            deploy: question.distances(&question.deploy, false),
            runtime_standing: question.distances(&question.runtime, true),
            runtime: question.distances(&question.runtime, false),
        }
    }

    /// Everybody on one side with a path to the other.
    pub(crate) fn crossing(&self, question: &Question<'_>) -> Vec<Node> {
        (0..number(question.len()))
            .filter(|&node| self.cost(node).is_some())
            .collect()
    }

    /// Whether a path leads from a node to either side.
    pub(crate) fn leads_anywhere(&self, node: Node) -> bool {
        at(&self.deploy, node).or(at(&self.runtime, node)).is_some()
    }

    /// How many edges there are on the shortest two paths of a node, one to each side, of which one is standing.
    fn cost(&self, node: Node) -> Option<u32> {
        let sum = |one: &[u32], other: &[u32]| at(one, node)?.checked_add(at(other, node)?);
        let through_deploy = sum(&self.deploy_standing, &self.runtime);
        let through_runtime = sum(&self.runtime_standing, &self.deploy);
        match (through_deploy, through_runtime) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    fn witness(&self, subject: Node, crossing: &[Node], question: &Question<'_>) -> Crossing {
        let sum = |one: &[u32], other: &[u32]| at(one, subject)?.checked_add(at(other, subject)?);
        let forward = sum(&self.deploy_standing, &self.runtime).map(Reverse);
        let backward = sum(&self.runtime_standing, &self.deploy).map(Reverse);
        let is_reverse = forward < backward;
        let ((deploy, _), (runtime, door), target) = if is_reverse {
            let (deploy, door) = Route::along(subject, &self.deploy, false, question);
            let (runtime, _) = Route::along(subject, &self.runtime_standing, true, question);
            ((deploy, None), (runtime, door), &question.deploy)
        } else {
            (
                Route::along(subject, &self.deploy_standing, true, question),
                Route::along(subject, &self.runtime, false, question),
                &question.runtime,
            )
        };
        // One grant at a time nothing shows: neither the credential itself nor the identity is granted.
        let is_side_door = door.is_some_and(|holder| {
            let mut direct = [Relation::ReadsSecretOf, Relation::Assumes].into_iter();
            !direct.any(|relation| question.may(holder, relation, target))
        });
        Crossing {
            is_side_door,
            is_reverse,
            cuts: Cuts::of(crossing, self, question),
            deploy,
            runtime,
            others: crossing.len() - 1,
        }
    }

    /// What keeps a split from being proved.
    fn missing(&self, split: &Split, facts: Facts<'_>, question: &Question<'_>) -> Missing {
        let on_a_side = |node: &Node| {
            let sides = [&self.deploy_standing, &self.runtime_standing];
            sides.iter().any(|side| at(side, *node).is_some())
        };
        let groups = (0..number(question.len()))
            .filter(on_a_side)
            .filter(|&node| question.is_undescribed(node))
            .map(|node| question.shown(node))
            .collect();
        let mut sources = facts.unread.clone();
        let origins = &facts.access.origins;
        // Where no connector tells who has access, the answer rests on declarations alone, and its proof names no source.
        let is_live = !origins.is_empty() || !sources.is_empty();
        for subject in split.deploy.iter().chain(&split.runtime) {
            if let Subject::ServiceAccount { connector, .. } = subject
                && is_live
                && !origins.iter().any(|origin| origin.source == *connector)
            {
                let absent = "no connector of this name told who has access";
                sources
                    .entry(connector.clone())
                    .or_insert_with(|| absent.to_owned());
            }
        }
        Missing { groups, sources }
    }
}

fn at(distances: &[u32], node: Node) -> Option<u32> {
    let distance = distances.get(node as usize).copied()?;
    (distance != NOT_REACHED).then_some(distance)
}

impl Separation {
    /// The same, in words for the practitioner who declared the split of `workload`.
    pub fn into_verdict(self, workload: &str) -> Verdict<Proof> {
        match self {
            Self::Holds(proof) => Verdict::Fits(proof),
            Self::Crossed(crossing) => Verdict::Cannot(crossing.reason(workload)),
            Self::Undecided(missing) => Verdict::Unknown(missing.reason(workload)),
        }
    }
}
