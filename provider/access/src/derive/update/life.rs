//! Nodes that come to be and go, and what their names alone say.

use std::collections::BTreeSet;

use crate::access::Access;
use crate::derive::kubernetes::place::{classes_in, namespace_of};
use crate::derive::kubernetes::{self, EVERYWHERE, Namespaces};
use crate::derive::update::Update;
use crate::graph::{Edge, How};
use crate::nodes::{EVERYBODY, Node, Scope};

/// The groups of the accounts of one namespace.
const ACCOUNTS_OF: &str = "group:system:serviceaccounts:";

/// What may come to be or go.
pub(super) struct Life {
    pub(super) clusters: BTreeSet<Scope>,
    /// Nodes of which less is said than before.
    pub(super) touched: BTreeSet<Node>,
}

impl Life {
    pub(super) fn of(access: &Access) -> Self {
        Self {
            clusters: access.joint.keys().copied().collect(),
            touched: BTreeSet::new(),
        }
    }
}

impl Update {
    /// Derives what the names of new nodes say, and takes away what those said of which nobody speaks any more; `None`
    /// where others than clusters have to say something of it.
    pub(super) fn settle(&mut self) -> Option<()> {
        let mut known = Namespaces::new();
        loop {
            for node in self.derivation.access.nodes.take_news() {
                self.live(node, &mut known)?;
            }
            self.lay();
            if self.derivation.access.nodes.has_news() {
                continue;
            }
            let Some(node) = self.life.touched.pop_first() else {
                return Some(());
            };
            if !self.derivation.access.nodes.is_gone(node) && !self.is_needed(node) {
                self.bury(node)?;
                // What was known to be inside a namespace may have gone with it.
                known = Namespaces::new();
            }
        }
    }

    /// Derives what the name of a new node says.
    fn live(&mut self, node: Node, known: &mut Namespaces) -> Option<()> {
        self.check(node)?;
        if let Some((scope, namespace)) = self.namespace(node) {
            kubernetes::enclose(&mut self.derivation, &namespace, scope);
        }
        kubernetes::name(&mut self.derivation, node, &self.life.clusters, known);
        self.derivation.relate_to_project(node);
        self.derivation.relate_to_patterns(node);
        Some(())
    }

    /// Whether a node may come or go without anybody else but clusters having to say something of it.
    fn check(&self, node: Node) -> Option<()> {
        let access = &self.derivation.access;
        let Some((name, scope)) = access.nodes.name(node) else {
            return Some(());
        };
        let is_trusted = ["sa:", "spiffe:", "oidc:"]
            .iter()
            .any(|kind| name.starts_with(kind));
        let is_known_elsewhere = access.has_clouds && scope == EVERYBODY;
        let is_foreign = self.derivation.is_pattern(node)
            || is_trusted && !access.trusts.is_empty()
            || name.starts_with("oidc:")
            || is_known_elsewhere;
        (!is_foreign).then_some(())
    }

    /// The namespace that a class, or the group of its accounts, is of.
    fn namespace(&self, node: Node) -> Option<(Scope, String)> {
        let nodes = &self.derivation.access.nodes;
        let (namespace, scope) = match nodes.class_words(node) {
            Some((words, scope)) => (namespace_of(words)?, scope),
            None => {
                let (name, scope) = nodes.name(node)?;
                (name.strip_prefix(ACCOUNTS_OF)?, scope)
            }
        };
        let is_cluster = self.life.clusters.contains(&scope);
        is_cluster.then(|| (scope, namespace.to_owned()))
    }

    /// Whether somebody speaks of a node, or it is there by itself.
    fn is_needed(&self, node: Node) -> bool {
        let access = &self.derivation.access;
        if access.mentions.of(node) > 0 {
            return true;
        }
        if let Some((scope, namespace)) = self.namespace(node) {
            return self.has_inhabitants(scope, &namespace);
        }
        let Some((name, scope)) = access.nodes.name(node) else {
            return true;
        };
        let mut runs = access.graph.ending_at(node);
        EVERYWHERE.contains(&name) && self.life.clusters.contains(&scope)
            || runs.any(|edge| edge.how == How::RunOf)
    }

    /// Everything that a namespace is by itself.
    fn members(&self, scope: Scope, namespace: &str) -> Vec<Node> {
        let nodes = &self.derivation.access.nodes;
        let classes = classes_in(namespace);
        let classes = classes
            .iter()
            .filter_map(|words| nodes.find_class(words, scope));
        let group = nodes.find(&format!("{ACCOUNTS_OF}{namespace}"), scope);
        classes.chain(group).collect()
    }

    /// Whether a namespace has accounts or secrets, or anybody speaks of it.
    fn has_inhabitants(&self, scope: Scope, namespace: &str) -> bool {
        let access = &self.derivation.access;
        let members = self.members(scope, namespace);
        members.iter().any(|&node| {
            let mut inside = access.graph.starting_at(node);
            let is_named = |edge: &Edge| {
                edge.how == How::Includes && access.nodes.class_words(edge.to).is_none()
            };
            access.mentions.of(node) > 0 || inside.any(is_named)
        })
    }

    /// Takes a node away of which nobody speaks any more, with what its name alone said; of a namespace everything.
    fn bury(&mut self, node: Node) -> Option<()> {
        self.check(node)?;
        let all = match self.namespace(node) {
            Some((scope, namespace)) => self.members(scope, &namespace),
            None => vec![node],
        };
        for node in all {
            let graph = &self.derivation.access.graph;
            let edges = graph.starting_at(node).chain(graph.ending_at(node));
            for edge in edges.copied().collect::<Vec<Edge>>() {
                self.remove(&edge);
            }
            self.derivation.access.nodes.bury(node);
        }
        Some(())
    }
}
