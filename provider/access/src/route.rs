//! A path through the access graph, in the platforms' words.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use portcullis_model::visible;

use crate::access::{Access, Content};
use crate::derive::refusals;
use crate::evidence::Evidence;
use crate::graph::{Because, Edge, How};
use crate::nodes::Node;
use crate::question::Question;
use crate::{Mode, Relation, Through, rules};

/// One step: what is done, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// What is done, `creates deployments in infer` for example.
    pub does: String,
    /// Where it leads: a subject, or what stands for many, such as `any service account in infer`.
    pub to: String,
    /// What says so. Empty for what every platform of the kind does by itself.
    pub evidence: BTreeSet<Evidence>,
}

/// A path from a subject to one that is declared on a side of a split. Texts are safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The subject.
    pub start: String,
    /// Step by step; none when the subject itself is declared.
    pub hops: Vec<Hop>,
}

impl Route {
    /// The first of the shortest paths from `start`, by its text, so that the order of the facts decides nothing; and
    /// who on it first decides what runs as somebody else.
    pub(crate) fn along(
        start: Node,
        distances: &[u32],
        standing: bool,
        question: &Question<'_>,
    ) -> (Self, Option<Node>) {
        Self::of(
            start,
            Self::steps(start, distances, standing, question),
            question,
        )
    }

    /// The steps of that path.
    pub(crate) fn steps(
        start: Node,
        distances: &[u32],
        standing: bool,
        question: &Question<'_>,
    ) -> Vec<(Hop, Edge)> {
        let far = |node: Node| distances.get(node as usize).copied().unwrap_or_default();
        let mut steps: Vec<(Hop, Edge)> = Vec::new();
        let mut here = start;
        while far(here) > 0 {
            let nearer = question
                .starting_at(here)
                .filter(|edge| Some(far(edge.to)) == far(here).checked_sub(1))
                .filter(|edge| !standing || edge.how.is_standing());
            let next = nearer
                .map(|edge| (Hop::of(edge, question), edge))
                .min_by(|(one, a), (other, b)| (one.order(), a.how).cmp(&(other.order(), b.how)));
            let Some((hop, edge)) = next else { break };
            here = edge.to;
            steps.push((hop, *edge));
        }
        steps
    }

    /// The first of the shortest paths to `end` from where `distances`, counted forwards, are 0, by its text.
    pub(crate) fn to(end: Node, distances: &[u32], question: &Question<'_>) -> Self {
        let far = |node: Node| distances.get(node as usize).copied().unwrap_or_default();
        let mut steps: Vec<(Hop, Edge)> = Vec::new();
        let mut here = end;
        while far(here) > 0 {
            let before = question
                .ending_at(here)
                .filter(|edge| Some(far(edge.from)) == far(here).checked_sub(1));
            let last = before
                .map(|edge| (question.shown(edge.from), Hop::of(edge, question), edge))
                .min_by(|(one, hop, a), (other, further, b)| {
                    (one, hop.order(), a.how).cmp(&(other, further.order(), b.how))
                });
            let Some((_, hop, edge)) = last else { break };
            here = edge.from;
            steps.push((hop, *edge));
        }
        steps.reverse();
        Self::of(here, steps, question).0
    }

    /// The path of these steps, and who on it first decides what runs as somebody else.
    pub(crate) fn of(
        start: Node,
        steps: Vec<(Hop, Edge)>,
        question: &Question<'_>,
    ) -> (Self, Option<Node>) {
        let mut hops: Vec<(Hop, How)> = Vec::new();
        let (mut holder, mut door) = (start, None);
        for (hop, edge) in steps {
            if edge.how.through() == Some(Through::PodIdentity) {
                door = door.or(Some(holder));
            }
            if edge.how != How::Holds {
                holder = edge.to;
            }
            match hops.last_mut() {
                // Being bound to a role says nothing by itself: what the role lets do is the step.
                Some((held, How::Holds)) if matches!(edge.how, How::Rule(..)) => {
                    held.evidence.extend(hop.evidence);
                    (held.does, held.to) = (hop.does, hop.to);
                    if let Some((_, how)) = hops.last_mut() {
                        *how = edge.how;
                    }
                }
                _ => hops.push((hop, edge.how)),
            }
        }
        let route = Self {
            start: question.shown(start),
            hops: hops.into_iter().map(|(hop, _)| hop).collect(),
        };
        (route, door)
    }

    /// When the path ends by itself: when the first of the facts that it rests on does. Another path may last longer.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        let ends = self.evidence().map(|evidence| match evidence {
            Evidence::Read { until, .. } => *until,
            Evidence::Granted { until, .. } => Some(*until),
            Evidence::Configuration | Evidence::Ledger => None,
        });
        ends.flatten().min()
    }

    /// What kind of privilege it is: that of the step that lasts shortest.
    #[must_use]
    pub fn mode(&self) -> Mode {
        let modes = self.evidence().map(|evidence| match evidence {
            Evidence::Read { mode, .. } => *mode,
            Evidence::Granted { .. } | Evidence::Configuration | Evidence::Ledger => Mode::Standing,
        });
        modes.max().unwrap_or_default()
    }

    /// What says that its steps can be taken.
    fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.hops.iter().flat_map(|hop| &hop.evidence)
    }

    /// The subject at the end.
    #[must_use]
    pub fn end(&self) -> &str {
        self.hops.last().map_or(&self.start, |hop| &hop.to)
    }

    /// Everything on the path, from start to end.
    pub fn stations(&self) -> impl Iterator<Item = &str> {
        let ends = self.hops.iter().map(|hop| hop.to.as_str());
        std::iter::once(self.start.as_str()).chain(ends)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start)?;
        for hop in &self.hops {
            write!(f, " --{}--> {}", hop.does, hop.to)?;
        }
        Ok(())
    }
}

impl Hop {
    pub(crate) fn of(edge: &Edge, question: &Question<'_>) -> Self {
        let access = question.access;
        Self {
            does: does(edge, access),
            to: question.shown(edge.to),
            evidence: evidence(edge, question),
        }
    }

    fn order(&self) -> (&str, &str, &BTreeSet<Evidence>) {
        (&self.to, &self.does, &self.evidence)
    }
}

fn does(edge: &Edge, access: &Access) -> String {
    match edge.how {
        How::Stated(relation) => relation.as_str().to_owned(),
        How::Holds => Relation::MemberOf.as_str().to_owned(),
        How::Includes => "includes".to_owned(),
        How::CredentialOf => "is a credential of".to_owned(),
        How::Implied => "is always in".to_owned(),
        How::RunOf => "is a run of".to_owned(),
        How::Matches => "matches".to_owned(),
        How::Issued => "is issued".to_owned(),
        How::Rule(number, _) => {
            let does = match rules::rule(number) {
                Some(rule) if rule.does.is_empty() => format!("calls {} on", rule.needs.join(", ")),
                Some(rule) => rule.does.to_owned(),
                None => String::new(),
            };
            match place(edge, access) {
                Some(place) => format!("{does} {place}"),
                None => does,
            }
        }
    }
}

/// Where the permission of an edge holds, as it follows a verb.
fn place(edge: &Edge, access: &Access) -> Option<String> {
    let fact = *facts(edge, access).first()?;
    let fact = access.facts.get(fact)?;
    let Content::Permission { object, .. } = fact.content else {
        return None;
    };
    let object = visible(access.texts.get(object), 200);
    let platform = access.origins.get(fact.origin as usize)?.platform;
    Some(crate::derive::in_place(&object, platform))
}

/// The facts of an edge, the leading one first.
pub(crate) fn facts<'a>(edge: &'a Edge, access: &'a Access) -> &'a [u32] {
    match &edge.because {
        Because::Fact(fact) => std::slice::from_ref(fact),
        Because::Facts(list) => access
            .joined
            .get(*list as usize)
            .map_or(&[], |facts| facts.as_ref()),
        Because::Built | Because::Configuration | Because::Ledger | Because::Granted(_) => &[],
    }
}

fn evidence(edge: &Edge, question: &Question<'_>) -> BTreeSet<Evidence> {
    let access = question.access;
    match edge.because {
        Because::Granted(position) => (question.grants.get(position as usize))
            .map(|granted| Evidence::Granted {
                name: granted.name.clone(),
                until: granted.until,
                source: granted.source,
            })
            .into_iter()
            .collect(),
        Because::Configuration => BTreeSet::from([Evidence::Configuration]),
        Because::Ledger => BTreeSet::from([Evidence::Ledger]),
        _ => {
            let facts = facts(edge, access);
            let refusals = refusals(edge.how, facts, access);
            let all = facts.iter().copied().chain(refusals);
            all.filter_map(|fact| Evidence::of(fact, access)).collect()
        }
    }
}
