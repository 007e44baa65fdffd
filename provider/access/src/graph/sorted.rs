//! Edges by their start and by their end, as they were derived.

use crate::graph::Edge;
use crate::nodes::{Node, number};

/// Edges by their start, and by their end.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    edges: Vec<Edge>,
    starts: Vec<u32>,
    by_end: Vec<u32>,
    ends: Vec<u32>,
}

impl Sorted {
    /// These edges, between nodes of numbers below `nodes`; the same edge twice is one.
    pub(super) fn new(edges: Vec<Edge>, nodes: usize) -> Self {
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

    pub(super) fn len(&self) -> usize {
        self.edges.len()
    }

    pub(super) fn contains(&self, edge: &Edge) -> bool {
        self.starting_at(edge.from).binary_search(edge).is_ok()
    }

    /// In their order.
    pub(super) fn starting_at(&self, node: Node) -> &[Edge] {
        self.edges.get(range(&self.starts, node)).unwrap_or(&[])
    }

    pub(super) fn ending_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
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
