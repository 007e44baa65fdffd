//! One split, asked of everything that is known.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use portcullis_model::Subject;

use crate::derive::{Pattern, any_account_in, subject_of_account};
use crate::graph::{Because, Edge, Graph, How};
use crate::nodes::{Node, number};
use crate::{Access, Facts, Granted, Platform, Relation, Source, Split};

/// How far a node that is not reached is.
pub(crate) const NOT_REACHED: u32 = u32::MAX;

/// The access graph, with the split's own subjects and the memberships that were declared laid over it.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) access: &'a Access,
    pub(crate) grants: &'a [Granted],
    pub(crate) facts: Facts<'a>,
    pub(crate) split: &'a Split,
    /// Subjects that no source names, numbered after the nodes of the access graph.
    further: Vec<Subject>,
    numbers: BTreeMap<Subject, Node>,
    pub(crate) added: Graph,
    /// Edges that are not counted.
    pub(crate) aside: BTreeSet<Edge>,
    /// Nodes that stand for others once more, numbered last.
    pub(crate) copies: Vec<Node>,
    /// Groups whose members are declared.
    described: BTreeSet<Node>,
    pub(crate) deploy: Vec<Node>,
    pub(crate) runtime: Vec<Node>,
}

impl<'a> Question<'a> {
    pub(crate) fn new(split: &'a Split, facts: Facts<'a>) -> Self {
        let mut question = Self {
            access: facts.access,
            grants: facts.grants,
            facts,
            split,
            further: Vec::new(),
            numbers: BTreeMap::new(),
            added: Graph::default(),
            aside: BTreeSet::new(),
            copies: Vec::new(),
            described: BTreeSet::new(),
            deploy: Vec::new(),
            runtime: Vec::new(),
        };
        let mut edges = Vec::new();
        question.deploy = question.declare(&split.deploy, &mut edges);
        question.runtime = question.declare(&split.runtime, &mut edges);
        question.members(facts, &mut edges);
        question.granted(&mut edges);
        question.added = Graph::new(edges, question.len());
        question
    }

    pub(crate) fn len(&self) -> usize {
        self.access.nodes.len() + self.further.len() + self.copies.len()
    }

    /// The node as a witness shows it.
    pub(crate) fn shown(&self, node: Node) -> String {
        let node = self.original(node);
        match self.further(node) {
            Some(subject) => subject.to_string(),
            None => self.access.nodes.shown(node),
        }
    }

    /// Whether the node is a group that people are put in.
    pub(crate) fn is_group(&self, node: Node) -> bool {
        let node = self.original(node);
        match self.further(node) {
            Some(subject) => matches!(subject, Subject::Group(_)),
            None => (self.access.nodes.name(node))
                .is_some_and(|(name, scope)| scope == 0 && name.starts_with("group:")),
        }
    }

    /// Whether nobody said who is in a group.
    pub(crate) fn is_undescribed(&self, node: Node) -> bool {
        let node = self.original(node);
        self.is_group(node) && !self.described.contains(&node) && !self.access.describes(node)
    }

    /// Every edge that ends at a node and that the split looks through.
    pub(crate) fn ending_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
        let edges = self
            .access
            .graph
            .ending_at(node)
            .chain(self.added.ending_at(node));
        edges.filter(|edge| self.looks_through(edge))
    }

    /// Every edge that starts at a node and that the split looks through.
    pub(crate) fn starting_at(&self, node: Node) -> impl Iterator<Item = &Edge> {
        let (known, added) = (
            self.access.graph.starting_at(node),
            self.added.starting_at(node),
        );
        let edges = known.chain(added);
        edges.filter(|edge| self.looks_through(edge))
    }

    /// How many edges each node is away from the nearest of `targets`; over authority that subjects have at any time
    /// alone, where `standing`.
    pub(crate) fn distances(&self, targets: &[Node], standing: bool) -> Vec<u32> {
        self.distances_over(targets, |how| !standing || how.is_standing())
    }

    /// The same, over the edges that may be `followed`.
    pub(crate) fn distances_over(
        &self,
        targets: &[Node],
        followed: impl Fn(How) -> bool,
    ) -> Vec<u32> {
        let mut distances = vec![NOT_REACHED; self.len()];
        let mut queue = VecDeque::new();
        let mut reach = |node: Node, distance: u32, queue: &mut VecDeque<(Node, u32)>| {
            if let Some(known) = distances.get_mut(node as usize)
                && *known == NOT_REACHED
            {
                *known = distance;
                queue.push_back((node, distance));
            }
        };
        for &target in targets {
            reach(target, 0, &mut queue);
        }
        while let Some((node, distance)) = queue.pop_front() {
            for edge in self.ending_at(node) {
                if followed(edge.how) {
                    reach(edge.from, distance + 1, &mut queue);
                }
            }
        }
        distances
    }

    /// Whether the subject itself, by its groups and roles alone, may do something of `relation` to one of `targets`: what
    /// a check of one grant at a time would find.
    pub(crate) fn may(&self, subject: Node, relation: Relation, targets: &[Node]) -> bool {
        let held = |edge: &&Edge| {
            let stated = How::Stated(Relation::MemberOf);
            [How::Holds, How::Implied, stated].contains(&edge.how)
        };
        let direct = |edge: &&Edge| matches!(edge.how, How::Rule(_, by) if by == relation);
        let mut seen = BTreeSet::from([subject]);
        let mut open = vec![subject];
        while let Some(node) = open.pop() {
            let mut reached: Vec<Node> = self
                .starting_at(node)
                .filter(direct)
                .map(|edge| edge.to)
                .collect();
            while let Some(node) = reached.pop() {
                if targets.contains(&node) {
                    return true;
                }
                let inner = self
                    .starting_at(node)
                    .filter(|edge| matches!(edge.how, How::Includes | How::CredentialOf));
                reached.extend(inner.map(|edge| edge.to));
            }
            let more = self.starting_at(node).filter(held).map(|edge| edge.to);
            open.extend(more.filter(|node| seen.insert(*node)));
        }
        false
    }

    fn looks_through(&self, edge: &Edge) -> bool {
        let needed = edge.how.through();
        needed.is_none_or(|class| self.split.through.contains(&class)) && !self.aside.contains(edge)
    }

    /// The node that a node stands for: itself, unless it is a copy.
    fn original(&self, node: Node) -> Node {
        let own = self.access.nodes.len() + self.further.len();
        let copy = (node as usize).checked_sub(own);
        let original = copy.and_then(|copy| self.copies.get(copy).copied());
        original.unwrap_or(node)
    }

    fn further(&self, node: Node) -> Option<&Subject> {
        let position = (node as usize).checked_sub(self.access.nodes.len())?;
        self.further.get(position)
    }

    /// The nodes of one side.
    fn declare(&mut self, side: &BTreeSet<Subject>, edges: &mut Vec<Edge>) -> Vec<Node> {
        side.iter()
            .flat_map(|subject| {
                let node = self.node(subject, edges);
                let others = self.access.nodes.of(subject);
                std::iter::once(node).chain(others.into_iter().filter(move |other| *other != node))
            })
            .collect()
    }

    /// The node of a subject, laid over the graph when no source names it.
    fn node(&mut self, subject: &Subject, edges: &mut Vec<Edge>) -> Node {
        if let Some(&known) = self.numbers.get(subject) {
            return known;
        }
        let known = self.access.nodes.of(subject).first().copied();
        let node = known.unwrap_or_else(|| number(self.len()));
        self.numbers.insert(subject.clone(), node);
        if known.is_none() {
            self.further.push(subject.clone());
        }
        // A role that other sources only speak of is as good as unknown.
        let is_role = matches!(subject, Subject::Role(_));
        if known.is_none() || (is_role && !self.access.listed_roles.contains(&node)) {
            self.place(subject, node, edges);
        }
        self.authenticate(subject, node, edges);
        node
    }

    /// What is known of a subject that no source names: the project of a pipeline, the namespace of an account, the
    /// patterns that a role matches.
    fn place(&mut self, subject: &Subject, node: Node, edges: &mut Vec<Edge>) {
        match subject {
            Subject::Ci {
                system, project, ..
            } => {
                for pattern in self.access.matching_patterns(&subject.to_string()) {
                    edges.push(built(node, pattern, How::Matches));
                }
                let project = Subject::Ci {
                    system: system.clone(),
                    project: project.clone(),
                    selector: None,
                };
                if project != *subject {
                    let project = self.node(&project, edges);
                    edges.push(built(node, project, How::RunOf));
                }
            }
            Subject::ServiceAccount {
                connector,
                namespace,
                name,
            } => {
                let nodes = &self.access.nodes;
                let Some(scope) = nodes.known_scope(connector) else {
                    return;
                };
                let inner = nodes.find_class(&any_account_in(namespace), scope);
                let outer = nodes.find_class("any service account", scope);
                let classes = inner.into_iter().chain(outer);
                edges.extend(classes.map(|class| built(class, node, How::Includes)));
                let shown = subject_of_account(namespace, name);
                let trusting = self.access.trusting(&shown, Some(scope));
                edges.extend(trusting.into_iter().map(|to| built(node, to, How::Issued)));
                let inner = format!("group:system:serviceaccounts:{namespace}");
                let inner = nodes.find(&inner, scope);
                let outer = nodes.find("group:system:serviceaccounts", scope);
                let groups = inner.into_iter().chain(outer);
                edges.extend(groups.map(|group| built(node, group, How::Implied)));
            }
            Subject::Role(name) => {
                let covers = |open: &&crate::access::Open| {
                    let object = self.access.texts.get(open.object);
                    open.platform == Platform::Aws && Pattern(object).covers(name)
                };
                let classes = self.access.open.iter().filter(covers);
                edges.extend(classes.map(|open| built(open.class, node, How::Includes)));
            }
            Subject::Workload(id) => {
                let trusting = self.access.trusting(&id.to_string(), None);
                edges.extend(trusting.into_iter().map(|to| built(node, to, How::Issued)));
            }
            Subject::User(_) | Subject::Group(_) => {}
        }
    }

    /// People may be known to any cluster, whether or not it binds them. A group is known by its people.
    fn authenticate(&self, subject: &Subject, node: Node, edges: &mut Vec<Edge>) {
        if !matches!(subject, Subject::User(_) | Subject::Group(_)) {
            return;
        }
        let is_user = matches!(subject, Subject::User(_));
        let any = if is_user { "any user" } else { "any group" };
        for origin in &self.access.origins {
            let nodes = &self.access.nodes;
            let group = nodes.find("group:system:authenticated", origin.scope);
            let class = nodes.find_class(any, origin.scope);
            if let (Platform::Kubernetes, Some(group), Some(class)) =
                (origin.platform, group, class)
            {
                if is_user {
                    edges.push(built(node, group, How::Implied));
                }
                edges.push(built(class, node, How::Includes));
            }
        }
    }

    /// Lays the declared grants over the graph.
    fn granted(&mut self, edges: &mut Vec<Edge>) {
        for (position, granted) in self.grants.iter().enumerate() {
            let from = self.node(&granted.subject, edges);
            for to in &granted.to {
                let to = self.node(to, edges);
                edges.push(Edge {
                    from,
                    to,
                    how: How::Stated(granted.relation),
                    because: Because::Granted(number(position)),
                });
            }
        }
    }

    /// Lays the declared memberships over the graph: of groups on either side, and of groups that hold something live.
    fn members(&mut self, facts: Facts<'a>, edges: &mut Vec<Edge>) {
        let declared = facts.configuration.keys().chain(facts.ledger.keys());
        let live = declared.filter(|group| !self.access.nodes.of(group).is_empty());
        let sides = self.split.deploy.iter().chain(&self.split.runtime);
        let granted = self.grants.iter().map(|granted| &granted.subject);
        let mut open: Vec<&Subject> = live.chain(sides).chain(granted).collect();
        let mut seen: BTreeSet<&Subject> = open.iter().copied().collect();
        while let Some(group) = open.pop() {
            let Subject::Group(_) = group else { continue };
            let Some((members, source)) = facts.members(group) else {
                continue;
            };
            let to = self.node(group, edges);
            self.described.insert(to);
            let because = match source {
                Source::Configuration => Because::Configuration,
                Source::Ledger => Because::Ledger,
            };
            for member in members {
                let from = self.node(member, edges);
                edges.push(Edge {
                    from,
                    to,
                    how: How::Stated(Relation::MemberOf),
                    because,
                });
                if seen.insert(member) {
                    open.push(member);
                }
            }
        }
    }
}

/// An edge that rests on no fact.
fn built(from: Node, to: Node, how: How) -> Edge {
    let because = Because::Built;
    Edge {
        from,
        to,
        how,
        because,
    }
}
