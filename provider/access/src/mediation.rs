//! Steps of paths that somebody stands behind, and what is left when these are not counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Edge, Graph, How};
use crate::nodes::{Node, number};
use crate::question::Question;
use crate::route::Hop;
use crate::{Crossing, Facts, Route, Separation, Split, Step, separation};

/// A split, judged with some steps of paths set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mediated {
    /// Whether the sides are apart but for the steps. A step makes nothing known: what is undecided without it stays so.
    pub separation: Separation,
    /// The steps that were needed, each with a path that leads over it.
    pub covered: Vec<Covered>,
}

/// A step that was set aside, and why it had to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Which of the steps, by its position.
    pub step: usize,
    /// A crossing that leads over it when it counts.
    pub crossing: Crossing,
}

/// Judges `split` as [`separate`](crate::separate) does, setting aside what `steps` name: each only where a crossing leads over
/// it, and nothing beside it. Another step between the same two, the same permission of somebody else, and another permission of
/// the same role still count; a text that two steps have names neither.
#[must_use]
pub fn mediate(split: &Split, steps: &[Step], facts: Facts<'_>) -> Mediated {
    let mut covered: Vec<Covered> = Vec::new();
    loop {
        let aside: Vec<&Step> = covered
            .iter()
            .filter_map(|one| steps.get(one.step))
            .collect();
        let question = Question::new(split, facts).without(&aside);
        let separation = separation::of(&question, split, facts);
        let Separation::Crossed(crossing) = &separation else {
            return Mediated {
                separation,
                covered,
            };
        };
        let is_new = |step: &usize| covered.iter().all(|one| one.step != *step);
        let next = (0..steps.len())
            .filter(is_new)
            .find(|step| steps.get(*step).is_some_and(|step| crossing.takes(step)));
        match next {
            Some(step) => covered.push(Covered {
                step,
                crossing: (**crossing).clone(),
            }),
            None => {
                return Mediated {
                    separation,
                    covered,
                };
            }
        }
    }
}

impl Crossing {
    /// Whether it leads over a step.
    fn takes(&self, step: &Step) -> bool {
        let takes = |route: &Route| {
            let hops = route.stations().zip(&route.hops);
            let mut hops = hops.map(|(from, hop)| (from, hop.does.as_str(), hop.to.as_str()));
            hops.any(|hop| hop == (step.from.as_str(), step.does.as_str(), step.to.as_str()))
        };
        takes(&self.deploy) || takes(&self.runtime)
    }
}

impl Question<'_> {
    /// The same question, with these steps set aside.
    fn without(mut self, steps: &[&Step]) -> Self {
        if steps.is_empty() {
            return self;
        }
        let mut edges: Vec<Edge> = Vec::new();
        for node in 0..number(self.len()) {
            edges.extend(self.added.starting_at(node));
        }
        let mut parted: BTreeMap<Node, BTreeSet<Edge>> = BTreeMap::new();
        for step in steps {
            if let Some((from, aside)) = self.edges_of(step) {
                parted.entry(from).or_default().extend(aside);
            }
        }
        let mut aside = BTreeSet::new();
        for (from, taken) in parted {
            let roles = self.roles_of(from);
            let through_role = taken.iter().any(|edge| edge.from != from);
            if through_role {
                self.own_roles(from, &roles, &taken, &mut edges, &mut aside);
            }
            aside.extend(taken.into_iter().filter(|edge| edge.from == from));
        }
        self.added = Graph::new(edges, self.len());
        self.aside = aside;
        self
    }

    /// Who takes a step, and the edges that it is: those of the taker, and those of roles that the taker is bound to. None when
    /// the words are those of two takers, or lead to two places.
    fn edges_of(&self, step: &Step) -> Option<(Node, BTreeSet<Edge>)> {
        let all = 0..number(self.len());
        let mut takers = all.filter(|&node| self.shown(node) == step.from);
        let (from, None) = (takers.next()?, takers.next()) else {
            return None;
        };
        let is_it = |edge: &&Edge| {
            let hop = Hop::of(edge, self);
            hop.does == step.does && hop.to == step.to
        };
        let mut edges: BTreeSet<Edge> = self.starting_at(from).filter(is_it).copied().collect();
        for role in self.roles_of(from) {
            let rules = self.starting_at(role).filter(is_it);
            edges.extend(rules.filter(|edge| matches!(edge.how, How::Rule(..))));
        }
        let places: BTreeSet<Node> = edges.iter().map(|edge| edge.to).collect();
        (places.len() == 1).then_some((from, edges))
    }

    /// Every role that a subject is bound to, roles of roles among them.
    fn roles_of(&self, subject: Node) -> BTreeSet<Node> {
        let mut roles = BTreeSet::new();
        let mut open = vec![subject];
        while let Some(node) = open.pop() {
            let held = self.starting_at(node).filter(|edge| edge.how == How::Holds);
            open.extend(
                held.map(|edge| edge.to)
                    .filter(|role| roles.insert(*role))
                    .collect::<Vec<_>>(),
            );
        }
        roles
    }

    /// Gives a subject roles of its own in place of those that it shares with others, without the edges that are `taken`: so that
    /// nobody else loses them, and it loses nothing else.
    fn own_roles(
        &mut self,
        subject: Node,
        roles: &BTreeSet<Node>,
        taken: &BTreeSet<Edge>,
        edges: &mut Vec<Edge>,
        aside: &mut BTreeSet<Edge>,
    ) {
        let own: BTreeMap<Node, Node> = roles
            .iter()
            .zip(number(self.len())..)
            .map(|(role, own)| (*role, own))
            .collect();
        let moved = |edge: &Edge| Edge {
            to: match edge.how {
                How::Holds => own.get(&edge.to).copied().unwrap_or(edge.to),
                _ => edge.to,
            },
            ..*edge
        };
        for edge in self.starting_at(subject) {
            if edge.how == How::Holds {
                aside.insert(*edge);
                edges.push(moved(edge));
            }
        }
        for (role, copy) in &own {
            let kept = self.starting_at(*role).filter(|edge| !taken.contains(edge));
            edges.extend(kept.map(|edge| Edge {
                from: *copy,
                ..moved(edge)
            }));
        }
        self.copies.extend(roles);
    }
}
