//! The smallest sets of changes after which nobody crosses.

mod tried;
mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::graph::{Because, Edge};
use crate::nodes::Node;
use crate::question::{NOT_REACHED, Question};
use crate::separation::Sides;

use words::changes;

/// Most changes of one cut.
const CHANGES_MAX: usize = 3;

/// Most edges looked at while cuts are sought: a fraction of a second.
const EDGES_MAX: usize = 3_000_000;

/// Most sets of changes that are found: far more than anybody reads.
const SETS_MAX: usize = 300;

/// The smallest sets of changes after which nobody crosses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Sets of changes in words, each of which is enough and none of which contains another; the smallest first.
    pub sets: Vec<Vec<String>>,
    /// Whether these are all the sets of up to three changes. Not so when the search was ended, or where permissions
    /// amount to a path only together in so many facts that cuts are not tried: of those, only the leading one is looked at.
    pub is_complete: bool,
}

/// A change, by its number.
type Change = usize;

/// The part of the graph that crossings lead over, with everything that each edge rests on.
struct Passage {
    /// For each node the edges that end there: start, whether it is standing, and the changes that take it away.
    into: Vec<Vec<Step>>,
    changes: Vec<String>,
    deploy: usize,
    runtime: usize,
    /// Edges that may still be looked at.
    left: usize,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    from: usize,
    is_standing: bool,
    changes: Vec<Change>,
}

impl Cuts {
    /// The cuts of everybody in `crossing`.
    pub(crate) fn of(crossing: &[Node], sides: &Sides, question: &Question<'_>) -> Self {
        let passage = Passage::of(crossing, sides, question, Together::Leading);
        let Some((mut passage, mut is_complete)) = passage else {
            return Self::default();
        };
        if !is_complete && let Some(tried) = tried::cuts(question) {
            return tried;
        }
        let mut sets: Vec<BTreeSet<Change>> = Vec::new();
        let mut chosen = Vec::new();
        is_complete &= passage.search(&mut chosen, &mut BTreeSet::new(), &mut sets);
        let words = |set: &BTreeSet<Change>| {
            let changes = set.iter();
            changes
                .filter_map(|change| passage.changes.get(*change).cloned())
                .collect()
        };
        Self {
            sets: smallest(&sets).into_iter().map(words).collect(),
            is_complete,
        }
    }
}

/// Those of which none contains another, the smallest first.
fn smallest<T: Ord>(sets: &[BTreeSet<T>]) -> Vec<&BTreeSet<T>> {
    let contains_another = |set: &BTreeSet<T>| {
        sets.iter()
            .any(|other| other != set && other.is_subset(set))
    };
    let mut smallest: Vec<&BTreeSet<T>> = Vec::new();
    for size in 1..=CHANGES_MAX {
        for set in sets {
            if set.len() == size && !contains_another(set) && !smallest.contains(&set) {
                smallest.push(set);
            }
        }
    }
    smallest
}

/// Start, end, whether it is standing, and the changes that take it away, in words.
type Named = (usize, usize, bool, Vec<String>);

/// The numbers of the deploy and the runtime side of a passage of so many nodes.
const fn sides_after(nodes: usize) -> (usize, usize) {
    (nodes, nodes + 1)
}

/// The steps from those who are declared to their sides.
fn declared(numbers: &BTreeMap<Node, usize>, question: &Question<'_>) -> Vec<Named> {
    let (deploy, runtime) = sides_after(numbers.len());
    let mut steps = Vec::new();
    for (declared, side, word) in [
        (&question.deploy, deploy, "deploy"),
        (&question.runtime, runtime, "runtime"),
    ] {
        for node in declared {
            let change = format!("take `{}` off the {word} side", question.shown(*node));
            if let Some(&from) = numbers.get(node) {
                steps.push((from, side, true, vec![change]));
            }
        }
    }
    steps
}

/// What is looked at of an edge that rests on several facts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Together {
    /// The leading one: without it there is no such edge.
    Leading,
    /// Each of them: without one, others may do.
    Each,
}

impl Passage {
    /// Everything between those who cross and both sides; and whether every change to it is known. `None` when it is too
    /// large to search.
    fn of(
        crossing: &[Node],
        sides: &Sides,
        question: &Question<'_>,
        together: Together,
    ) -> Option<(Self, bool)> {
        let mut left = EDGES_MAX;
        let mut nodes: BTreeSet<Node> = crossing.iter().copied().collect();
        let mut open: Vec<Node> = crossing.to_vec();
        let mut edges: Vec<Edge> = Vec::new();
        while let Some(node) = open.pop() {
            for edge in question.starting_at(node) {
                left = left.checked_sub(1)?;
                if sides.leads_anywhere(edge.to) {
                    edges.push(*edge);
                    if nodes.insert(edge.to) {
                        open.push(edge.to);
                    }
                }
            }
        }
        // By their text, so that the order of the facts decides nothing.
        let mut named: Vec<(String, Node)> = nodes
            .iter()
            .map(|&node| (question.shown(node), node))
            .collect();
        named.sort();
        let numbers: BTreeMap<Node, usize> = named
            .iter()
            .enumerate()
            .map(|(position, (_, node))| (*node, position))
            .collect();
        let (deploy, runtime) = sides_after(named.len());
        let mut is_complete = true;
        let mut steps: BTreeSet<Named> = BTreeSet::new();
        for edge in &edges {
            is_complete &= !matches!(edge.because, Because::Facts(_));
            if let (Some(&from), Some(&to)) = (numbers.get(&edge.from), numbers.get(&edge.to)) {
                let changes = changes(edge, question, together);
                steps.insert((from, to, edge.how.is_standing(), changes));
            }
        }
        steps.extend(declared(&numbers, question));
        let words = steps.iter().flat_map(|(.., changes)| changes);
        let words: BTreeSet<&String> = words.collect();
        let words: BTreeMap<&String, Change> = words.into_iter().zip(0..).collect();
        let mut into = vec![Vec::new(); named.len() + 2];
        for (from, to, is_standing, changes) in &steps {
            let changes = changes
                .iter()
                .filter_map(|change| words.get(change).copied());
            let step = Step {
                from: *from,
                is_standing: *is_standing,
                changes: changes.collect(),
            };
            if let Some(steps) = into.get_mut(*to) {
                steps.push(step);
            }
        }
        let passage = Self {
            into,
            changes: words.into_keys().cloned().collect(),
            deploy,
            runtime,
            left,
        };
        Some((passage, is_complete))
    }

    /// Every set of changes that leaves no crossing: each must contain a change of the crossing that is left without it.
    /// Sets with a change of `passed_over` are found elsewhere. False when the search was ended.
    fn search(
        &mut self,
        chosen: &mut Vec<Change>,
        passed_over: &mut BTreeSet<Change>,
        sets: &mut Vec<BTreeSet<Change>>,
    ) -> bool {
        if sets.len() == SETS_MAX {
            return false;
        }
        let Some(crossing) = self.crossing(chosen) else {
            return false;
        };
        let Some(changes) = crossing else {
            sets.push(chosen.iter().copied().collect());
            return true;
        };
        if chosen.len() == CHANGES_MAX {
            return true;
        }
        let mut is_complete = true;
        let mut tried = Vec::new();
        for change in changes {
            if passed_over.contains(&change) {
                continue;
            }
            chosen.push(change);
            is_complete &= self.search(chosen, passed_over, sets);
            chosen.pop();
            passed_over.insert(change);
            tried.push(change);
        }
        for change in tried {
            passed_over.remove(&change);
        }
        is_complete
    }

    /// The changes of one shortest crossing that is left without the edges of `removed`, in the order of its paths; inside,
    /// `None` when nobody crosses. `None` when too much was looked at.
    fn crossing(&mut self, removed: &[Change]) -> Option<Option<Vec<Change>>> {
        let deploy_standing = self.reach(self.deploy, true, removed)?;
        let runtime_standing = self.reach(self.runtime, true, removed)?;
        let deploy = self.reach(self.deploy, false, removed)?;
        let runtime = self.reach(self.runtime, false, removed)?;
        let mut best: Option<(u32, usize, [&Reached; 2])> = None;
        for node in 0..self.deploy {
            for legs in [[&deploy_standing, &runtime], [&deploy, &runtime_standing]] {
                let [one, other] = legs.map(|leg| leg.distance(node));
                let (Some(one), Some(other)) = (one, other) else {
                    continue;
                };
                if best.is_none_or(|(cost, ..)| one + other < cost) {
                    best = Some((one + other, node, legs));
                }
            }
        }
        let Some((_, node, legs)) = best else {
            return Some(None);
        };
        let mut changes = Vec::new();
        for leg in legs {
            let mut here = node;
            while let Some((next, step)) = leg.next(here) {
                for change in &step.changes {
                    if !changes.contains(change) {
                        changes.push(*change);
                    }
                }
                here = next;
            }
        }
        Some(Some(changes))
    }

    /// How far every node is from `target`, and by which step; `None` when too much was looked at.
    fn reach(&mut self, target: usize, standing: bool, removed: &[Change]) -> Option<Reached> {
        let mut reached = Reached {
            distances: vec![NOT_REACHED; self.into.len()],
            next: vec![None; self.into.len()],
        };
        let mut queue = VecDeque::from([(target, 0)]);
        if let Some(distance) = reached.distances.get_mut(target) {
            *distance = 0;
        }
        while let Some((node, distance)) = queue.pop_front() {
            for step in self.into.get(node).into_iter().flatten() {
                self.left = self.left.checked_sub(1)?;
                if (standing && !step.is_standing)
                    || step.changes.iter().any(|change| removed.contains(change))
                {
                    continue;
                }
                if let (Some(known), Some(next)) = (
                    reached.distances.get_mut(step.from),
                    reached.next.get_mut(step.from),
                ) && *known == NOT_REACHED
                {
                    (*known, *next) = (distance + 1, Some((node, step.clone())));
                    queue.push_back((step.from, distance + 1));
                }
            }
        }
        Some(reached)
    }
}

/// What a search from one target found.
struct Reached {
    distances: Vec<u32>,
    /// The next node on the way to the target, and the step to it.
    next: Vec<Option<(usize, Step)>>,
}

impl Reached {
    fn distance(&self, node: usize) -> Option<u32> {
        let distance = self.distances.get(node).copied()?;
        (distance != NOT_REACHED).then_some(distance)
    }

    fn next(&self, node: usize) -> Option<(usize, &Step)> {
        let (next, step) = self.next.get(node)?.as_ref()?;
        Some((*next, step))
    }
}
