//! Who is in which group or role, through all of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::Relation;
use crate::derive::Derivation;
use crate::graph::{Edge, Graph, How};
use crate::nodes::Node;
use crate::rules::Reach;

/// What one subject is in, through all its groups and roles.
pub(super) struct Closure {
    pub(super) nodes: BTreeSet<Node>,
    /// Those of them that it is in already, rather than could put itself in: what they deny is denied to it.
    pub(super) standing: BTreeSet<Node>,
    /// The step by which a node was reached from the subject.
    pub(super) from: BTreeMap<Node, Edge>,
}

impl Closure {
    /// What `holder` is in, and how it got there.
    pub(super) fn of(holder: Node, members: &Graph) -> Self {
        let mut closure = Self {
            nodes: BTreeSet::from([holder]),
            standing: BTreeSet::from([holder]),
            from: BTreeMap::new(),
        };
        let mut queue = VecDeque::from([holder]);
        while let Some(node) = queue.pop_front() {
            for edge in members.starting_at(node) {
                let is_standing = !matches!(edge.how, How::Rule(..));
                let mut is_news = closure.nodes.insert(edge.to);
                if is_news {
                    closure.from.insert(edge.to, *edge);
                }
                if is_standing && closure.standing.contains(&node) {
                    is_news |= closure.standing.insert(edge.to);
                }
                if is_news {
                    queue.push_back(edge.to);
                }
            }
        }
        closure
    }
}

/// Who is in which group or role, as far as is derived yet, and who could put itself into which group.
pub(super) fn memberships(derivation: &Derivation) -> Graph {
    let joins = |number: u16| {
        crate::rules::rule(number).is_some_and(|rule| rule.reach == Reach::JoinedGroups)
    };
    let is_group = |node: Node| {
        let name = derivation.access.nodes.name(node);
        name.is_some_and(|(name, _)| name.starts_with("group:"))
    };
    let edges = derivation.edges.iter().filter(|edge| match edge.how {
        How::Holds | How::Implied | How::Stated(Relation::MemberOf) => true,
        How::Rule(number, _) => joins(number),
        How::Includes => is_group(edge.to),
        _ => false,
    });
    Graph::new(edges.copied().collect(), derivation.access.nodes.len())
}
