//! Somebody who can come to act as the party asked about, and the search that finds them.

use portcullis_model::Subject;

use crate::graph::Edge;
use crate::nodes::{Node, number};
use crate::question::{NOT_REACHED, Question};
use crate::route::Hop;
use crate::{Facts, Missing, Relation, Route};

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

/// How far everybody is from some nodes: over authority that is there at any time, and over every path.
#[derive(Debug)]
pub(crate) struct Search<'q, 'a> {
    question: &'q Question<'a>,
    targets: &'q [Node],
    standing: Vec<u32>,
    all: Vec<u32>,
}

impl<'q, 'a> Search<'q, 'a> {
    /// Searches backwards from `targets`.
    pub(crate) fn new(question: &'q Question<'a>, targets: &'q [Node]) -> Self {
        Self {
            question,
            targets,
            standing: question.distances(targets, true),
            all: question.distances(targets, false),
        }
    }

    /// How many steps a node is away; `None` when no path is known.
    pub(crate) fn distance(&self, node: Node) -> Option<u32> {
        far(&self.all, node)
    }

    /// A node with a path, as somebody to answer with.
    pub(crate) fn holder(&self, node: Node) -> Holder {
        let (route, door) = Route::along(node, &self.all, false, self.question);
        let is_side_door = door.is_some_and(|holder| {
            let mut direct = [Relation::ReadsSecretOf, Relation::Assumes].into_iter();
            !direct.any(|relation| self.question.may(holder, relation, self.targets))
        });
        Holder {
            route,
            is_side_door,
            is_standing: far(&self.standing, node).is_some(),
        }
    }

    /// The steps of a node's path.
    pub(crate) fn steps(&self, node: Node) -> Vec<(Hop, Edge)> {
        Route::steps(node, &self.all, false, self.question)
    }

    /// Everybody with a path of at least one step, the nearest first.
    pub(crate) fn holders(&self) -> Vec<Holder> {
        let mut found: Vec<(u32, Holder)> = (0..number(self.question.len()))
            .filter_map(|node| {
                let distance = self.distance(node).filter(|distance| *distance > 0)?;
                is_somebody(&self.question.shown(node)).then(|| (distance, self.holder(node)))
            })
            .collect();
        found.sort_by(|(one, a), (other, b)| (one, &a.route.start).cmp(&(other, &b.route.start)));
        found.into_iter().map(|(_, holder)| holder).collect()
    }

    /// Why there may be more of them: groups with a path that nobody describes, and connectors that did not tell all.
    pub(crate) fn missing(&self, facts: Facts<'_>) -> Missing {
        let groups = (0..number(self.question.len()))
            .filter(|&node| self.distance(node).is_some_and(|distance| distance > 0))
            .filter(|&node| self.question.is_undescribed(node))
            .map(|node| self.question.shown(node))
            .collect();
        Missing {
            groups,
            sources: facts.unread.clone(),
        }
    }
}

pub(crate) fn far(distances: &[u32], node: Node) -> Option<u32> {
    let distance = distances.get(node as usize).copied();
    distance.filter(|distance| *distance != NOT_REACHED)
}

/// Whether a node is somebody to answer with, and not what stands for many or binds them.
pub(crate) fn is_somebody(shown: &str) -> bool {
    match shown.parse::<Subject>() {
        Ok(Subject::Role(role)) => role.starts_with("arn:"),
        Ok(_) => true,
        // Groups of a platform, whose names are no names of ours.
        Err(_) => shown.starts_with("group:") || shown.starts_with("user:"),
    }
}
