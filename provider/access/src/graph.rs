//! A directed graph, compact, read in both directions.

mod sorted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::nodes::Node;
use crate::{Relation, Through};

use sorted::Sorted;

/// Why an edge exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Because {
    /// The platform is built so.
    Built,
    /// One fact, by number.
    Fact(u32),
    /// Several facts together, by number of the list.
    Facts(u32),
    /// A membership declared in the configuration being planned.
    Configuration,
    /// A membership recorded in the ledger.
    Ledger,
    /// A declared grant, by number.
    Granted(u32),
}

/// What an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// A source says so.
    Stated(Relation),
    /// A subject is bound to a role, which is followed whatever a split looks through.
    Holds,
    /// A rule turns permissions into it: the number of the rule, and its relation.
    Rule(u16, Relation),
    /// What stands for many includes one of them.
    Includes,
    /// A credential is the identity that it is of.
    CredentialOf,
    /// Every authenticated subject is in groups that nobody lists.
    Implied,
    /// A run of a pipeline is the pipeline.
    RunOf,
    /// A pattern of subjects holds for one of them.
    Matches,
    /// Tokens of that issuer and subject are its own.
    Issued,
}

impl How {
    /// What a split must look through to see the edge; `None` for what is always seen.
    pub(crate) const fn through(self) -> Option<Through> {
        match self {
            Self::Stated(relation) | Self::Rule(_, relation) => Some(relation.through()),
            Self::Holds
            | Self::Includes
            | Self::CredentialOf
            | Self::Implied
            | Self::RunOf
            | Self::Matches
            | Self::Issued => None,
        }
    }

    /// Whether it is authority that a subject has at any time, without first changing anything.
    pub(crate) const fn is_standing(self) -> bool {
        match self {
            Self::Stated(relation) => relation.is_standing(),
            Self::RunOf | Self::Matches | Self::Issued => true,
            Self::Holds | Self::Rule(..) | Self::Includes | Self::CredentialOf | Self::Implied => {
                false
            }
        }
    }
}

/// Whoever is `from` can come to hold what `to` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: Node,
    pub(crate) to: Node,
    pub(crate) how: How,
    pub(crate) because: Because,
}

/// Edges by their start, and by their end: as they were derived, and what has changed since.
#[derive(Debug, Default, Clone)]
pub(crate) struct Graph {
    sorted: Arc<Sorted>,
    by_start: BTreeMap<Node, Vec<Edge>>,
    by_end: BTreeMap<Node, Vec<Edge>>,
    /// How many there are in each of both.
    added: usize,
    /// Those that were derived and are gone.
    removed: BTreeSet<Edge>,
}

impl Graph {
    /// The graph of these edges, between nodes of numbers below `nodes`; the same edge twice is one.
    pub(crate) fn new(edges: Vec<Edge>, nodes: usize) -> Self {
        Self {
            sorted: Arc::new(Sorted::new(edges, nodes)),
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.sorted.len() + self.added - self.removed.len()
    }

    /// The edges that start at a node.
    pub(crate) fn starting_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
        let derived = self.sorted.starting_at(node).iter();
        let added = self.by_start.get(&node).into_iter().flatten();
        derived.filter(|edge| self.is_left(edge)).chain(added)
    }

    /// The edges that end at a node.
    pub(crate) fn ending_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
        let derived = self.sorted.ending_at(node);
        let added = self.by_end.get(&node).into_iter().flatten();
        derived.filter(|edge| self.is_left(edge)).chain(added)
    }

    /// Adds an edge; false where it is there already.
    pub(crate) fn add(&mut self, edge: Edge) -> bool {
        if self.removed.remove(&edge) {
            return true;
        }
        let added = self.by_start.entry(edge.from).or_default();
        if self.sorted.contains(&edge) || added.contains(&edge) {
            return false;
        }
        added.push(edge);
        self.by_end.entry(edge.to).or_default().push(edge);
        self.added += 1;
        true
    }

    /// Takes an edge away; false where it is not there.
    pub(crate) fn remove(&mut self, edge: &Edge) -> bool {
        if self.sorted.contains(edge) {
            return self.removed.insert(*edge);
        }
        let taken =
            [(&mut self.by_start, edge.from), (&mut self.by_end, edge.to)].map(|(edges, node)| {
                let edges = edges.get_mut(&node)?;
                let position = edges.iter().position(|one| one == edge)?;
                Some(edges.remove(position))
            });
        let is_taken = taken.iter().all(Option::is_some);
        self.added -= usize::from(is_taken);
        is_taken
    }

    fn is_left(&self, edge: &Edge) -> bool {
        self.removed.is_empty() || !self.removed.contains(edge)
    }
}
