//! Who is in which group or role, through all of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::access::{Fact, Text};
use crate::derive::Derivation;
use crate::graph::{Because, Edge, Graph, How};
use crate::nodes::{Node, Nodes};
use crate::rules::Reach;
use crate::{Access, Relation};

/// What one subject is in, through all its groups and roles.
pub(in crate::derive) struct Closure {
    pub(super) nodes: BTreeSet<Node>,
    /// Those of them that it is in already, rather than could put itself in: what they deny is denied to it.
    pub(in crate::derive) standing: BTreeSet<Node>,
    /// The step by which a node was reached from the subject.
    pub(super) from: BTreeMap<Node, Edge>,
}

impl Closure {
    /// What `holder` is in, and how it got there: by the first of the shortest ways, by its text, so that the order in which
    /// facts came decides nothing.
    pub(in crate::derive) fn of(holder: Node, members: &Members, access: &Access) -> Self {
        let mut closure = Self {
            nodes: BTreeSet::from([holder]),
            standing: BTreeSet::from([holder]),
            from: BTreeMap::new(),
        };
        let mut steps = BTreeMap::from([(holder, 0_u32)]);
        let mut queue = VecDeque::from([holder]);
        while let Some(node) = queue.pop_front() {
            let step = steps.get(&node).copied().unwrap_or_default() + 1;
            for edge in members.starting_at(node) {
                let is_standing = !matches!(edge.how, How::Rule(..));
                let mut is_news = closure.nodes.insert(edge.to);
                if is_news {
                    closure.from.insert(edge.to, *edge);
                    steps.insert(edge.to, step);
                } else if steps.get(&edge.to) == Some(&step)
                    && let Some(known) = closure.from.get_mut(&edge.to)
                    && order(edge, access) < order(known, access)
                {
                    *known = *edge;
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

/// What decides between two steps to one node: where they come from, and what says so.
fn order<'a>(edge: &Edge, access: &'a Access) -> (&'a str, How, &'a str, &'a str) {
    let nodes = &access.nodes;
    let from = nodes
        .name(edge.from)
        .or_else(|| nodes.class_words(edge.from));
    let fact = match edge.because {
        Because::Fact(number) => access.facts.get(number),
        _ => None,
    };
    let text = |of: fn(&Fact) -> Text| fact.map_or("", |fact| access.texts.get(of(fact)));
    (
        from.map_or("", |(name, _)| name),
        edge.how,
        text(|fact| fact.granted_by),
        text(|fact| fact.condition),
    )
}

/// Who is in which group or role, as far as is derived yet, and who could put itself into which group.
pub(in crate::derive) struct Members {
    graph: Graph,
    /// The names by which its edges are told from others; none where it has no others.
    nodes: Option<Nodes>,
}

impl Members {
    /// Those of edges that are being derived.
    pub(in crate::derive) fn derived(derivation: &Derivation) -> Self {
        let nodes = &derivation.access.nodes;
        let edges = derivation.edges.iter();
        let edges = edges.filter(|edge| is_membership(edge, nodes)).copied();
        Self {
            graph: Graph::new(edges.collect(), nodes.len()),
            nodes: None,
        }
    }

    /// Those of a graph that is there.
    pub(super) fn of(access: &Access) -> Self {
        Self {
            graph: access.graph.clone(),
            nodes: Some(access.nodes.clone()),
        }
    }

    pub(super) fn starting_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
        let edges = self.graph.starting_at(node);
        edges.filter(|edge| self.is_one(edge))
    }

    pub(super) fn ending_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
        let edges = self.graph.ending_at(node);
        edges.filter(|edge| self.is_one(edge))
    }

    fn is_one(&self, edge: &Edge) -> bool {
        let nodes = self.nodes.as_ref();
        nodes.is_none_or(|nodes| is_membership(edge, nodes))
    }
}

/// Whether an edge says who is in which group or role.
pub(in crate::derive) fn is_membership(edge: &Edge, nodes: &Nodes) -> bool {
    let joins = |number: u16| {
        crate::rules::rule(number).is_some_and(|rule| rule.reach == Reach::JoinedGroups)
    };
    let is_group = |node: Node| {
        let name = nodes.name(node);
        name.is_some_and(|(name, _)| name.starts_with("group:"))
    };
    match edge.how {
        How::Holds | How::Implied | How::Stated(Relation::MemberOf) => true,
        How::Rule(number, _) => joins(number),
        How::Includes => is_group(edge.to),
        _ => false,
    }
}
