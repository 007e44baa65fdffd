//! Who can come to act as somebody.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{Name, Subject, Through};

use crate::nodes::{Node, number};
use crate::question::{NOT_REACHED, Question};
use crate::{Facts, Missing, Relation, Route, Split};

/// Somebody who can come to act as the subject asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// A shortest path, from the holder to the subject.
    pub route: Route,
    /// Whether the holder has that authority at any time, through groups and identities that it may take on; otherwise it
    /// has to change something first.
    pub is_standing: bool,
    /// Whether checks of one grant at a time pass, as in [`Crossing`](crate::Crossing).
    pub is_side_door: bool,
}

/// Everybody who can come to act as a subject, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    /// One entry a holder, the nearest first.
    pub holders: Vec<Holder>,
    /// Why there may be more of them.
    pub missing: Missing,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
}

impl Holders {
    /// Everybody who can come to act as one of `subjects`, they themselves left out.
    #[must_use]
    pub fn of(subjects: &BTreeSet<Subject>, through: &BTreeSet<Through>, facts: Facts<'_>) -> Self {
        let split = Split {
            workload: String::new(),
            deploy: BTreeSet::new(),
            runtime: subjects.clone(),
            through: through.clone(),
        };
        let question = Question::new(&split, facts);
        let standing = question.distances(&question.runtime, true);
        let all = question.distances(&question.runtime, false);
        let far = |distances: &[u32], node: Node| {
            let distance = distances.get(node as usize).copied();
            distance.filter(|distance| *distance != NOT_REACHED)
        };
        let mut found: Vec<(u32, Holder)> = Vec::new();
        let mut missing = Missing {
            groups: BTreeSet::new(),
            sources: facts.unread.clone(),
        };
        for node in 0..number(question.len()) {
            let Some(distance) = far(&all, node).filter(|distance| *distance > 0) else {
                continue;
            };
            if question.is_undescribed(node) {
                missing.groups.insert(question.shown(node));
            }
            if !is_somebody(&question.shown(node)) {
                continue;
            }
            let (route, door) = Route::along(node, &all, false, &question);
            let is_side_door = door.is_some_and(|holder| {
                let mut direct = [Relation::ReadsSecretOf, Relation::Assumes].into_iter();
                !direct.any(|relation| question.may(holder, relation, &question.runtime))
            });
            let is_standing = far(&standing, node).is_some();
            let holder = Holder {
                route,
                is_standing,
                is_side_door,
            };
            found.push((distance, holder));
        }
        found.sort_by(|(one, a), (other, b)| (one, &a.route.start).cmp(&(other, &b.route.start)));
        Self {
            holders: found.into_iter().map(|(_, holder)| holder).collect(),
            missing,
            sources: facts.access.sources(),
        }
    }
}

/// Whether a node is somebody to answer with, and not what stands for many or binds them.
fn is_somebody(shown: &str) -> bool {
    match shown.parse::<Subject>() {
        Ok(Subject::Role(role)) => role.starts_with("arn:"),
        Ok(_) => true,
        // Groups of a platform, whose names are no names of ours.
        Err(_) => shown.starts_with("group:") || shown.starts_with("user:"),
    }
}
