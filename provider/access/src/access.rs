//! What connectors said about access, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexSet;
use jiff::Timestamp;
use portcullis_model::Name;

use crate::derive::{Derivation, Joint, Pattern, Refusal};
use crate::graph::{Edge, Graph, How};
use crate::nodes::{Node, Nodes, Scope, number};
use crate::shared::{KeptFacts, Mentions, Shared};
use crate::{Mode, Platform, Relation, SourceChange, SourceFacts};

/// Most records that are kept as they were said.
const TOLD_MAX: usize = 1_000;

/// A text, by its number.
pub(crate) type Text = u32;

/// Every text that facts repeat, interned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    /// Shared by graphs of which one came from the other.
    base: Arc<IndexSet<Box<str>>>,
    more: IndexSet<Box<str>>,
}

impl Texts {
    pub(crate) fn seal(&mut self) {
        if self.base.is_empty() {
            self.base = Arc::new(std::mem::take(&mut self.more));
        }
    }

    pub(crate) fn add(&mut self, text: &str) -> Text {
        match self.find(text) {
            Some(known) => known,
            None => number(self.base.len() + self.more.insert_full(text.into()).0),
        }
    }

    /// The number of a text that some fact repeats.
    pub(crate) fn find(&self, text: &str) -> Option<Text> {
        let known = self.base.get_index_of(text);
        let further = || Some(self.base.len() + self.more.get_index_of(text)?);
        known.or_else(further).map(number)
    }

    pub(crate) fn get(&self, text: Text) -> &str {
        let known = match (text as usize).checked_sub(self.base.len()) {
            Some(further) => self.more.get_index(further),
            None => self.base.get_index(text as usize),
        };
        known.map_or("", |text| text.as_ref())
    }
}

/// One listing that facts come from.
#[derive(Debug, Clone)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// A denial under a condition: it may not apply, and takes nothing away.
    Denial { holder: Node },
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
/// Texts are kept once; an edge is a few numbers, and keeps the facts that it came from. An empty one costs nothing, and a
/// clone shares with the first what is large.
#[derive(Debug, Clone, Default)]
pub struct Access {
    pub(crate) nodes: Nodes,
    pub(crate) texts: Texts,
    pub(crate) origins: Vec<Origin>,
    pub(crate) facts: KeptFacts,
    /// Facts that make an edge only together.
    pub(crate) joined: Shared<Box<[u32]>>,
    pub(crate) graph: Graph,
    /// Groups that some source lists, and of which it therefore tells the members.
    pub(crate) described: BTreeSet<Node>,
    /// How often each node is spoken of.
    pub(crate) mentions: Mentions,
    /// What admission of each cluster may refuse.
    pub(crate) refusals: BTreeMap<Scope, Vec<Refusal>>,
    /// What amounts to a path only together on each cluster.
    pub(crate) joint: BTreeMap<Scope, Joint>,
    /// Whether a source that is no cluster tells of permissions.
    pub(crate) has_clouds: bool,
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
    /// What the sources said, where it is little: cuts of what amounts to a path only together are tried on it.
    pub(crate) told: Option<Arc<[SourceFacts]>>,
}

impl Access {
    /// Everything that follows from what the sources said. The order of the facts decides nothing.
    #[must_use]
    pub fn derive(sources: &[SourceFacts]) -> Self {
        let (mut access, _) = Derivation::of(sources);
        let records = |source: &SourceFacts| {
            let SourceFacts {
                subjects,
                objects,
                permissions,
                edges,
                ..
            } = source;
            subjects.len() + objects.len() + permissions.len() + edges.len()
        };
        let is_little = sources.iter().map(records).sum::<usize>() <= TOLD_MAX;
        access.told = is_little.then(|| sources.into());
        access
    }

    /// The same after sources have come to say something else, as if everything had been derived again. It costs what the
    /// change does, and a clone of a few lists; both share what is large.
    ///
    /// `None` where that takes deriving everything again: sources other than clusters, what is said with an end or as a
    /// denial, a trust in tokens of others, and what was taken back and never said.
    #[must_use]
    pub fn changed(&self, changes: &[SourceChange]) -> Option<Self> {
        let mut access = Derivation::changed(self, changes)?;
        access.told = self.told.as_ref().map(|told| {
            let mut told = told.to_vec();
            for change in changes {
                let mut its = told.iter_mut();
                if let Some(its) = its.find(|one| one.source == change.added.source) {
                    change.make(its);
                }
            }
            told.into()
        });
        Some(access)
    }

    /// Makes what is large shared by its clones.
    pub(crate) fn seal(&mut self) {
        self.nodes.seal();
        self.texts.seal();
        self.facts.seal();
        self.joined.seal();
        self.mentions.seal();
    }

    /// Whether some source says who is in a group.
    pub(crate) fn describes(&self, group: Node) -> bool {
        let mut members = self.graph.ending_at(group);
        let is_member = |edge: &Edge| edge.how == How::Stated(Relation::MemberOf);
        self.described.contains(&group) || members.any(is_member)
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
