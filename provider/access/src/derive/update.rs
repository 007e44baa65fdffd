//! From a change of facts to a change of edges.
//!
//! Edges of a cluster come from one fact, from the name of one node, or from a namespace that is there; and from
//! permissions that amount to a path only together. So a change takes away the edges of the facts that are gone, derives
//! those of the new ones, does the same for names and namespaces that came or went, and looks again at what amounts to a
//! path together where somebody came to hold, or to be in, something else.

mod life;

use std::collections::BTreeMap;

use crate::access::{Access, Content, Fact, Text};
use crate::derive::joint::{self, is_membership};
use crate::derive::kubernetes::{self, Rbac, together};
use crate::derive::{Derivation, Joint};
use crate::graph::{Because, Edge, How};
use crate::nodes::{Node, Scope, number};
use crate::{ListedEdge, ListedPermission, Platform, Relation, SourceChange, SourceFacts};

use life::Life;

/// What is said, as facts keep it.
type Said = (Content, Text, Text);

impl Derivation {
    /// What follows from the facts of `access` after the changes; `None` where only deriving everything again can tell.
    pub(crate) fn changed(access: &Access, changes: &[SourceChange]) -> Option<Access> {
        if access.facts.len() == 0 {
            return None;
        }
        let mut update = Update {
            derivation: Self {
                access: access.clone(),
                ..Self::default()
            },
            life: Life::of(access),
            has_new_members: false,
        };
        let first = number(access.facts.len());
        let mut taken = BTreeMap::new();
        for change in changes {
            let scope = update.cluster(change)?;
            taken.extend(update.take(&change.taken, scope)?);
        }
        for change in changes {
            update.add(&change.added)?;
        }
        kubernetes::permissions(&mut update.derivation, first);
        update.settle()?;
        for cluster in access.joint.keys() {
            update.join(*cluster, first, &taken)?;
        }
        update.settle()?;
        Some(update.derivation.access)
    }
}

/// A graph while it changes.
struct Update {
    derivation: Derivation,
    life: Life,
    /// Whether somebody came to be in something, or is not in it any more.
    has_new_members: bool,
}

impl Update {
    /// The cluster whose facts change, where all of the change can be told of.
    fn cluster(&self, change: &SourceChange) -> Option<Scope> {
        let SourceChange { taken, added } = change;
        let access = &self.derivation.access;
        let mut origins = access.origins.iter();
        let origin = origins.find(|origin| origin.source == added.source)?;
        let is_whole = taken.source == added.source
            && origin.platform == Platform::Kubernetes
            && taken.subjects.is_empty()
            && taken.objects.is_empty()
            && added.objects.is_empty();
        let mut permissions = taken.permissions.iter().chain(&added.permissions);
        let mut edges = taken.edges.iter().chain(&added.edges);
        let plain = permissions.all(|one| one.effect == "allow" && one.expires_at.is_none())
            && edges.all(|one| self.is_plain(one));
        (is_whole && plain).then_some(origin.scope)
    }

    /// Whether an edge is one whose meaning is its own.
    fn is_plain(&self, edge: &ListedEdge) -> bool {
        let is_trust = [&edge.from, &edge.to]
            .iter()
            .any(|id| id.starts_with("oidc:"));
        let is_of_roles = ["role:", "clusterrole:"]
            .iter()
            .any(|kind| edge.to.starts_with(kind) && !edge.to.starts_with("role:arn:"));
        // Other platforms ask who is in which group, and who may take on which role.
        let is_cluster_s = edge.relation == "member_of" && is_of_roles;
        edge.expires_at.is_none()
            && edge.relation != "bounded_by"
            && !is_trust
            && (is_cluster_s || !self.derivation.access.has_clouds)
    }

    /// Takes facts back, each of which must have been said; which they were, by number.
    fn take(&mut self, said: &SourceFacts, scope: Scope) -> Option<BTreeMap<u32, Fact>> {
        let mut wanted: Vec<Said> = Vec::new();
        for permission in &said.permissions {
            wanted.push(self.said_of_permission(permission, scope)?);
        }
        for edge in &said.edges {
            wanted.push(self.said_of_edge(edge, scope)?);
        }
        let found = self.find(wanted, scope)?;
        for (number, fact) in &found {
            self.forget(*number, fact);
        }
        Some(found)
    }

    fn said_of_permission(&self, said: &ListedPermission, scope: Scope) -> Option<Said> {
        let Access { nodes, texts, .. } = &self.derivation.access;
        let content = Content::Permission {
            holder: nodes.known(&said.subject, scope)?,
            operation: texts.find(&said.operation)?,
            object: texts.find(&said.object)?,
        };
        Some((
            content,
            texts.find(&said.condition)?,
            texts.find(&said.source)?,
        ))
    }

    fn said_of_edge(&self, said: &ListedEdge, scope: Scope) -> Option<Said> {
        let Access { nodes, texts, .. } = &self.derivation.access;
        let content = Content::Edge {
            from: nodes.known(&said.from, scope)?,
            to: nodes.known(&said.to, scope)?,
            relation: Relation::named(&said.relation),
        };
        Some((
            content,
            texts.find(&said.condition)?,
            texts.find(&said.source)?,
        ))
    }

    /// The facts that say so, one for each; `None` where one of them was not said.
    fn find(&self, mut wanted: Vec<Said>, scope: Scope) -> Option<BTreeMap<u32, Fact>> {
        let access = &self.derivation.access;
        let mut is_asked = vec![false; access.nodes.len()];
        for (content, ..) in &wanted {
            if let Some(asked) = is_asked.get_mut(start(content) as usize) {
                *asked = true;
            }
        }
        let mut found = BTreeMap::new();
        for (number, fact) in access.facts.numbered_from(0) {
            if wanted.is_empty() {
                break;
            }
            if is_asked.get(start(&fact.content) as usize) != Some(&true) {
                continue;
            }
            let origin = access.origins.get(fact.origin as usize);
            let said = (fact.content, fact.condition, fact.granted_by);
            if origin.is_some_and(|origin| origin.scope == scope)
                && access.texts.get(fact.until).is_empty()
                && let Some(position) = wanted.iter().position(|one| *one == said)
            {
                wanted.swap_remove(position);
                found.insert(number, *fact);
            }
        }
        wanted.is_empty().then_some(found)
    }

    /// Takes a fact back, and what follows from it alone.
    fn forget(&mut self, number: u32, fact: &Fact) {
        let access = &mut self.derivation.access;
        access.facts.remove(number);
        let start = start(&fact.content);
        let edges = access.graph.starting_at(start);
        let its = edges.filter(|edge| edge.because == Because::Fact(number));
        for edge in its.copied().collect::<Vec<Edge>>() {
            self.remove(&edge);
        }
        let end = match fact.content {
            Content::Edge { to, .. } => Some(to),
            Content::Permission { .. } | Content::Denial { .. } => None,
        };
        for node in std::iter::once(start).chain(end) {
            self.unmention(node);
        }
    }

    /// Takes an edge away.
    fn remove(&mut self, edge: &Edge) {
        let access = &mut self.derivation.access;
        if !access.graph.remove(edge) {
            return;
        }
        self.has_new_members |= is_membership(edge, &access.nodes);
        self.life.touched.extend([edge.from, edge.to]);
        if matches!(edge.how, How::Rule(..)) && edge.because != Because::Built {
            self.unmention(edge.to);
        }
    }

    fn unmention(&mut self, node: Node) {
        self.derivation.access.mentions.remove(node);
        self.life.touched.insert(node);
    }

    /// Takes in what a source says beside what it said.
    fn add(&mut self, said: &SourceFacts) -> Option<()> {
        let derivation = &mut self.derivation;
        let mut origins = (0_u32..).zip(&derivation.access.origins);
        let (origin, scope) = origins
            .find(|(_, origin)| origin.source == said.source)
            .map(|(number, origin)| (number, origin.scope))?;
        for subject in &said.subjects {
            derivation.subject(subject, origin, scope, Platform::Kubernetes);
        }
        for permission in &said.permissions {
            derivation.permission(permission, origin, scope);
        }
        for edge in &said.edges {
            derivation.edge(edge, origin, scope);
        }
        Some(())
    }

    /// Puts what was derived into the graph.
    fn lay(&mut self) {
        let derivation = &mut self.derivation;
        for edge in std::mem::take(&mut derivation.edges) {
            if derivation.access.graph.add(edge) {
                self.has_new_members |= is_membership(&edge, &derivation.access.nodes);
            }
        }
    }

    /// Derives again what permissions on a cluster amount to together, where that may have changed.
    fn join(&mut self, cluster: Scope, first: u32, taken: &BTreeMap<u32, Fact>) -> Option<()> {
        let rules = together();
        let new = joint::held_from(&self.derivation, cluster, &rules, &Rbac, first);
        let Some(before) = self.derivation.access.joint.get(&cluster) else {
            return Some(());
        };
        let is_taken = |holder: &Node| {
            let held = before.held.get(holder).into_iter().flatten();
            held.into_iter().any(|one| taken.contains_key(&one.fact))
        };
        let mut holders = taken.values().map(|fact| start(&fact.content));
        let is_same = new.is_empty() && !holders.any(|holder| is_taken(&holder));
        if is_same && !self.has_new_members {
            return Some(());
        }
        let Joint { mut held, edges } = before.clone();
        for held in held.values_mut() {
            held.retain(|one| !taken.contains_key(&one.fact));
        }
        for (holder, more) in new {
            held.entry(holder).or_default().extend(more);
        }
        held.retain(|_, held| !held.is_empty());
        for edge in &edges {
            self.remove(edge);
        }
        // A namespace of which only these edges speak has no members yet when they are derived.
        self.settle()?;
        let held = joint::derive_again(&mut self.derivation, cluster, &rules, &Rbac, held);
        let edges = self.derivation.edges.clone();
        self.lay();
        let joint = Joint { held, edges };
        self.derivation.access.joint.insert(cluster, joint);
        Some(())
    }
}

/// Whoever a fact is about first.
const fn start(content: &Content) -> Node {
    match content {
        Content::Permission { holder, .. } | Content::Denial { holder } => *holder,
        Content::Edge { from, .. } => *from,
    }
}
