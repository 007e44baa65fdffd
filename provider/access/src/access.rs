//! What connectors said about access, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use jiff::Timestamp;
use portcullis_model::Name;

use crate::derive::{Derivation, Pattern};
use crate::graph::Graph;
use crate::nodes::{Node, Nodes, Scope, number};
use crate::{Mode, Platform, Relation, SourceFacts};

/// A text, by its number.
pub(crate) type Text = u32;

/// Every text that facts repeat, interned.
#[derive(Debug, Default)]
pub(crate) struct Texts(IndexSet<Box<str>>);

impl Texts {
    pub(crate) fn add(&mut self, text: &str) -> Text {
        if let Some(known) = self.0.get_index_of(text) {
            return number(known);
        }
        number(self.0.insert_full(text.into()).0)
    }

    pub(crate) fn get(&self, text: Text) -> &str {
        self.0
            .get_index(text as usize)
            .map_or("", |text| text.as_ref())
    }
}

/// One listing that facts come from.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) source: Name,
    pub(crate) scope: Scope,
    pub(crate) platform: Platform,
    pub(crate) observed_at: Timestamp,
}

/// What a source said that a path can rest on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fact {
    /// Number of the listing.
    pub(crate) origin: u32,
    pub(crate) content: Content,
    pub(crate) condition: Text,
    /// What grants it, in the platform's words.
    pub(crate) granted_by: Text,
    /// When it ends, as an RFC 3339 time; empty when it does not.
    pub(crate) until: Text,
    pub(crate) mode: Mode,
}

/// Somebody or something that a source lists by itself, rather than only speaking of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) node: Node,
    pub(crate) origin: u32,
    /// The source's word for what it is.
    pub(crate) kind: Text,
}

/// What a source still tells of although it had ended when it was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) holder: Node,
    pub(crate) origin: u32,
    /// What it gave, `create deployments.apps on infer/*` for example.
    pub(crate) gave: Text,
    pub(crate) granted_by: Text,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    Permission {
        holder: Node,
        operation: Text,
        object: Text,
    },
    Edge {
        from: Node,
        to: Node,
        relation: Relation,
    },
}

/// A class, and what it is about: it includes identities that do not exist yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    pub(crate) class: Node,
    pub(crate) platform: Platform,
    pub(crate) object: Text,
}

/// A trust in tokens of others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trust {
    /// The cluster that may sign them, for tokens of its accounts; `None` for tokens of workloads, whoever signs them.
    pub(crate) cluster: Option<Scope>,
    /// Their subject, with wildcards.
    pub(crate) subject: Text,
    /// Whoever shows one.
    pub(crate) node: Node,
}

/// What connectors said about access, and every edge that follows from it: built once, read by every split.
///
/// Texts are kept once; an edge is a few numbers, and keeps the facts that it came from. An empty one costs nothing.
#[derive(Debug, Default)]
pub struct Access {
    pub(crate) nodes: Nodes,
    pub(crate) texts: Texts,
    pub(crate) origins: Vec<Origin>,
    pub(crate) facts: Vec<Fact>,
    /// Facts that make an edge only together.
    pub(crate) joined: Vec<Box<[u32]>>,
    pub(crate) graph: Graph,
    /// Groups whose members some source lists.
    pub(crate) described: BTreeSet<Node>,
    /// Classes of resources.
    pub(crate) open: Vec<Open>,
    /// Roles of clouds that their own source lists.
    pub(crate) listed_roles: BTreeSet<Node>,
    /// Who trusts tokens of others.
    pub(crate) trusts: Vec<Trust>,
    /// Patterns of pipelines, such as `ci:github:acme/*`.
    pub(crate) patterns: Vec<Node>,
    /// Break-glass edges that end by themselves, which are not followed.
    pub(crate) exceptions: usize,
    /// Subjects that a source lists.
    pub(crate) subjects: Vec<Listed>,
    /// Objects that a source lists.
    pub(crate) objects: Vec<Listed>,
    /// Who answers for whom.
    pub(crate) owners: Vec<(Node, Node)>,
    /// What had ended when it was read, and is in no path.
    pub(crate) ended: Vec<Ended>,
}

impl Access {
    /// Everything that follows from what the sources said. The order of the facts decides nothing.
    #[must_use]
    pub fn derive(sources: &[SourceFacts]) -> Self {
        Derivation::of(sources)
    }

    /// When each source was read; of a source given twice, the earlier time.
    #[must_use]
    pub fn sources(&self) -> BTreeMap<Name, Timestamp> {
        let mut sources: BTreeMap<Name, Timestamp> = BTreeMap::new();
        for origin in &self.origins {
            let read = sources
                .entry(origin.source.clone())
                .or_insert(origin.observed_at);
            *read = origin.observed_at.min(*read);
        }
        sources
    }

    /// The patterns of pipelines that a pipeline matches.
    pub(crate) fn matching_patterns(&self, name: &str) -> Vec<Node> {
        let patterns = self.patterns.iter().copied();
        let matches = |node: &Node| {
            let pattern = self.nodes.name(*node);
            pattern.is_some_and(|(pattern, _)| Pattern(pattern).covers(name))
        };
        patterns.filter(matches).collect()
    }

    /// Those who trust tokens of a subject: of a cluster's account, or of a workload.
    pub(crate) fn trusting(&self, subject: &str, cluster: Option<Scope>) -> Vec<Node> {
        let trusts = self.trusts.iter();
        let theirs = trusts.filter(|trust| {
            trust.cluster == cluster && Pattern(self.texts.get(trust.subject)).covers(subject)
        });
        theirs.map(|trust| trust.node).collect()
    }

    /// How many edges there are, stated and derived.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.graph.len()
    }
}
