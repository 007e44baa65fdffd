//! Who can change what a party is, by duty.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{Duty, Name, Subject, Through};

use crate::graph::{Edge, How};
use crate::holder::{Search, far, is_somebody};
use crate::nodes::{Node, number};
use crate::question::{NOT_REACHED, Question};
use crate::route::Hop;
use crate::{Facts, Holder, Missing, Relation, Route, Split};

/// Somebody who can come to exercise a duty over the party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changer {
    /// Which duty.
    pub duty: Duty,
    /// Who, and how.
    pub holder: Holder,
}

/// Who can change the party, through what platforms let them do, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeAuthority {
    /// One entry a duty and holder, by duty, the nearest first.
    pub changers: Vec<Changer>,
    /// Why there may be more of them.
    pub missing: Missing,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
}

/// The duty that a relation to an identity is, for those relations that change something.
const fn duty(relation: Relation) -> Option<Duty> {
    match relation {
        Relation::ActsAsViaCompute => Some(Duty::Deploy),
        Relation::CanGrant | Relation::EditsTrust => Some(Duty::Grant),
        Relation::ReadsSecretOf => Some(Duty::Credential),
        Relation::ControlsOwnerOf => Some(Duty::Approve),
        Relation::Assumes | Relation::MemberOf | Relation::RunsAs => None,
    }
}

impl ChangeAuthority {
    /// Everybody who can come to change one of `subjects`: decide what runs as it (`deploy`), widen what it may do or who may
    /// take it on (`grant`), read its credentials (`credential`), decide who approves for it (`approve`).
    #[must_use]
    pub fn over(subjects: &BTreeSet<Subject>, facts: Facts<'_>) -> Self {
        let through = Through::all();
        let split = Split::asking(&BTreeSet::new(), subjects, &through);
        let question = Question::new(&split, facts);
        let meant = meant(&question);
        let mut last: BTreeMap<Duty, BTreeMap<Node, Edge>> = BTreeMap::new();
        for &node in meant.keys() {
            for edge in question.ending_at(node) {
                let (How::Rule(_, relation) | How::Stated(relation)) = edge.how else {
                    continue;
                };
                if let Some(duty) = duty(relation) {
                    let steps = last.entry(duty).or_default();
                    let chosen = steps.entry(edge.from).or_insert(*edge);
                    if order(edge, &question) < order(chosen, &question) {
                        *chosen = *edge;
                    }
                }
            }
        }
        let (mut changers, mut groups) = (Vec::new(), BTreeSet::new());
        for (duty, last) in last {
            let starts: Vec<Node> = last.keys().copied().collect();
            let search = Search::new(&question, &starts);
            groups.extend(search.missing(facts).groups);
            groups.extend(
                starts
                    .iter()
                    .filter(|&&node| question.is_undescribed(node))
                    .map(|&node| question.shown(node)),
            );
            let found = holders(&search, &last, &meant, &question);
            changers.extend(found.into_iter().map(|holder| Changer { duty, holder }));
        }
        Self {
            changers,
            missing: Missing {
                groups,
                sources: facts.unread.clone(),
            },
            sources: facts.access.sources(),
        }
    }
}

fn order(edge: &Edge, question: &Question<'_>) -> (String, Hop) {
    (question.shown(edge.to), Hop::of(edge, question))
}

/// The party, and what stands for many among whom it is: each with how far from it.
fn meant(question: &Question<'_>) -> BTreeMap<Node, u32> {
    let mut meant: BTreeMap<Node, u32> = question.runtime.iter().map(|&node| (node, 0)).collect();
    let mut open: Vec<(Node, u32)> = meant.iter().map(|(node, far)| (*node, *far)).collect();
    let mut next = 0;
    while let Some(&(node, distance)) = open.get(next) {
        next += 1;
        for edge in question.ending_at(node) {
            let same = matches!(edge.how, How::Includes | How::CredentialOf | How::Matches);
            if same && !meant.contains_key(&edge.from) {
                meant.insert(edge.from, distance + 1);
                open.push((edge.from, distance + 1));
            }
        }
    }
    meant
}

/// Everybody who is or can come to act as one of those who make the last step, with the whole path.
fn holders(
    search: &Search<'_, '_>,
    last: &BTreeMap<Node, Edge>,
    meant: &BTreeMap<Node, u32>,
    question: &Question<'_>,
) -> Vec<Holder> {
    let makers: Vec<Node> = last.keys().copied().collect();
    let standing = question.distances_over(&makers, |how| {
        how.is_standing() || matches!(how, How::Holds | How::Implied)
    });
    let mut distances = vec![NOT_REACHED; question.len()];
    for (&node, &far) in meant {
        if let Some(distance) = distances.get_mut(node as usize) {
            *distance = far;
        }
    }
    let mut found: Vec<(u32, Node)> = (0..number(question.len()))
        .filter(|&node| !question.runtime.contains(&node))
        .filter_map(|node| Some((search.distance(node)?, node)))
        .filter(|(_, node)| is_somebody(&question.shown(*node)))
        .collect();
    found.sort_by_key(|(distance, node)| (*distance, question.shown(*node)));
    let holder = |(_, node): (u32, Node)| {
        let mut steps = search.steps(node);
        let maker = steps.last().map_or(node, |(_, edge)| edge.to);
        let edge = last.get(&maker)?;
        steps.push((Hop::of(edge, question), *edge));
        steps.extend(Route::steps(edge.to, &distances, false, question));
        let (route, _) = Route::of(node, steps, question);
        Some(Holder {
            route,
            is_standing: far(&standing, node).is_some(),
            is_side_door: false,
        })
    };
    found.into_iter().filter_map(holder).collect()
}
