//! A directed graph, compact, read in both directions.

use crate::nodes::{Node, number};
use crate::{Relation, Through};

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

/// Edges by their start, and by their end.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    edges: Vec<Edge>,
    starts: Vec<u32>,
    by_end: Vec<u32>,
    ends: Vec<u32>,
}

impl Graph {
    /// The graph of these edges, between nodes of numbers below `nodes`; the same edge twice is one.
    pub(crate) fn new(edges: Vec<Edge>, nodes: usize) -> Self {
        let mut starts = offsets(edges.iter().map(|edge| edge.from), nodes);
        let mut sorted = placed(&edges, |edge| edge.from, &starts);
        drop(edges);
        // Within one start the order is that of the edges themselves, so that equal ones are side by side.
        for start in starts.windows(2) {
            if let [from, to] = start
                && let Some(edges) = sorted.get_mut(*from as usize..*to as usize)
            {
                edges.sort_unstable();
            }
        }
        let before = sorted.len();
        sorted.dedup();
        sorted.shrink_to_fit();
        if sorted.len() < before {
            starts = offsets(sorted.iter().map(|edge| edge.from), nodes);
        }
        let ends = offsets(sorted.iter().map(|edge| edge.to), nodes);
        let numbers: Vec<u32> = (0..number(sorted.len())).collect();
        let end = |edge: &u32| sorted.get(*edge as usize).map_or(0, |edge| edge.to);
        let by_end = placed(&numbers, end, &ends);
        Self {
            edges: sorted,
            starts,
            by_end,
            ends,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.edges.len()
    }

    /// The edges that start at a node.
    pub(crate) fn starting_at(&self, node: Node) -> &[Edge] {
        self.edges.get(range(&self.starts, node)).unwrap_or(&[])
    }

    /// The edges that end at a node.
    pub(crate) fn ending_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
        let numbers = self.by_end.get(range(&self.ends, node)).unwrap_or(&[]);
        numbers
            .iter()
            .filter_map(|&edge| self.edges.get(edge as usize))
    }
}

/// Where the edges of each node begin, and after the last one where they end.
fn offsets(of: impl Iterator<Item = Node>, nodes: usize) -> Vec<u32> {
    let mut offsets = vec![0_u32; nodes + 1];
    for node in of {
        if let Some(count) = offsets.get_mut(node as usize + 1) {
            *count += 1;
        }
    }
    let mut before = 0;
    for offset in &mut offsets {
        before += *offset;
        *offset = before;
    }
    offsets
}

/// The items by node, each in the place that the offsets keep for it.
fn placed<T: Copy>(items: &[T], node: impl Fn(&T) -> Node, offsets: &[u32]) -> Vec<T> {
    let mut next = offsets.to_vec();
    let mut sorted = items.to_vec();
    for item in items {
        if let Some(position) = next.get_mut(node(item) as usize) {
            if let Some(place) = sorted.get_mut(*position as usize) {
                *place = *item;
            }
            *position += 1;
        }
    }
    sorted
}

fn range(offsets: &[u32], node: Node) -> std::ops::Range<usize> {
    let at = |position: usize| offsets.get(position).map_or(0, |&offset| offset as usize);
    let (start, end) = (at(node as usize), at(node as usize + 1));
    start..end.max(start)
}
