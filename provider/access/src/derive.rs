//! From facts to edges.

mod cloud;
mod denial;
mod federation;
mod joint;
mod kubernetes;
mod pattern;
mod pipelines;
mod update;

use denial::{Denial, Doubt};
use federation::Issuer;
pub(crate) use federation::subject_of_account;
pub(crate) use joint::Joint;
pub(crate) use kubernetes::{Refusal, any_account_in, in_place, refusals};
pub(crate) use pattern::Pattern;

use jiff::SignedDuration;

use crate::access::{Access, Content, Ended, Fact, Listed, Open, Origin, Text, Texts};
use crate::graph::{Because, Edge, Graph, How};
use crate::nodes::{EVERYBODY, Node, Nodes, Scope, number};
use crate::{
    ListedEdge, ListedObject, ListedPermission, ListedSubject, Mode, Platform, Relation,
    SourceFacts,
};

/// Longest that a break-glass grant may still last, when it is read, to be an exception rather than a grant.
const BREAK_GLASS_MAX: SignedDuration = SignedDuration::from_hours(24);

/// An [`Access`] while it is built.
#[derive(Debug, Default)]
pub(crate) struct Derivation {
    access: Access,
    edges: Vec<Edge>,
    denials: Vec<Denial>,
    /// Denials under conditions, of all platforms but clusters.
    doubts: Vec<Doubt>,
    records: Vec<Record>,
    /// Who is held by which boundary, and which source says so.
    bounds: Vec<(Node, Node, Scope)>,
    /// Who a source lists as a subject of its own.
    listed: Vec<(Scope, Node)>,
    /// Who signs the tokens that a source issues.
    issuers: Vec<Issuer>,
    /// The namespaces that a source has, by their path.
    namespaces: Vec<(Scope, Box<str>)>,
}

/// A record of a source, as one of its lists has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Record {
    /// Of the permissions of a source, by the number of both.
    Permission(u32, u32),
    /// Of its edges.
    Edge(u32, u32),
}

impl Derivation {
    /// What follows from what the sources said, and which record of which source each fact is.
    pub(crate) fn of(sources: &[SourceFacts]) -> (Access, Vec<Record>) {
        let mut derivation = Self::default();
        for source in sources {
            derivation.read(source);
        }
        derivation.tell_clusters_apart();
        federation::derive(&mut derivation);
        derivation.relate_pipelines();
        kubernetes::derive(&mut derivation);
        cloud::derive(&mut derivation);
        let Self {
            mut access,
            edges,
            records,
            ..
        } = derivation;
        access.graph = Graph::new(edges, access.nodes.len());
        access.seal();
        (access, records)
    }

    /// The node that a source calls `id`, which is spoken of once more.
    fn mentioned(&mut self, id: &str, scope: Scope) -> Node {
        let node = self.nodes().named(id, scope);
        self.access.mentions.add(node);
        node
    }

    fn nodes(&mut self) -> &mut Nodes {
        &mut self.access.nodes
    }

    fn texts(&mut self) -> &mut Texts {
        &mut self.access.texts
    }

    /// Takes one source's facts in, each with the edge that it states.
    fn read(&mut self, source: &SourceFacts) {
        let scope = self.nodes().scope(&source.source);
        let origin = number(self.access.origins.len());
        self.access.origins.push(Origin {
            source: source.source.clone(),
            scope,
            platform: source.platform,
            observed_at: source.observed_at,
        });
        for subject in &source.subjects {
            self.subject(subject, origin, scope, source.platform);
        }
        for object in &source.objects {
            self.object(object, origin, scope);
        }
        self.access.has_clouds |=
            source.platform != Platform::Kubernetes && !source.permissions.is_empty();
        let expired =
            |end: Option<jiff::Timestamp>| end.is_some_and(|end| end <= source.observed_at);
        for (position, permission) in (0..).zip(&source.permissions) {
            let record = Record::Permission(origin, position);
            match permission.expires_at.filter(|end| expired(Some(*end))) {
                Some(end) if permission.effect == "allow" => {
                    let gave = format!("{} on {}", permission.operation, permission.object);
                    self.ended(&permission.subject, &gave, &permission.source, end, origin);
                }
                Some(_) => {}
                None => self.permission(permission, origin, scope),
            }
            self.records.resize(self.access.facts.len(), record);
        }
        for (position, edge) in (0..).zip(&source.edges) {
            let record = Record::Edge(origin, position);
            let soon = source.observed_at.checked_add(BREAK_GLASS_MAX).ok();
            let ends_soon = edge
                .expires_at
                .zip(soon)
                .is_some_and(|(end, soon)| end <= soon);
            if edge.mode == "break-glass" && ends_soon {
                // An exception that soon ends by itself is no standing authority. It is counted, so that a proof says so.
                self.access.exceptions += 1;
            } else if let Some(end) = edge.expires_at.filter(|end| expired(Some(*end))) {
                let gave = format!("{} {}", edge.relation, edge.to);
                self.ended(&edge.from, &gave, &edge.source, end, origin);
            } else {
                self.edge(edge, origin, scope);
            }
            self.records.resize(self.access.facts.len(), record);
        }
    }

    fn subject(&mut self, subject: &ListedSubject, origin: u32, scope: Scope, platform: Platform) {
        let node = self.mentioned(&subject.id, scope);
        self.listed.push((scope, node));
        let kind = self.texts().add(&subject.kind);
        self.access.subjects.push(Listed { node, origin, kind });
        if platform == Platform::Aws {
            self.access.listed_roles.insert(node);
        }
        // A cluster names the groups that it binds, and never knows who is in them.
        if subject.kind == "group" && platform != Platform::Kubernetes {
            self.access.described.insert(node);
        }
        for (label, value) in &subject.labels {
            self.label(node, label, value, scope, platform);
        }
    }

    /// A service account that a cloud lets act as one of its own identities, and who answers for somebody.
    fn label(&mut self, subject: Node, label: &str, value: &str, scope: Scope, platform: Platform) {
        let cloud = match (platform, label) {
            (Platform::Other, "owner") => {
                let owner = self.mentioned(value, scope);
                self.access.owners.push((subject, owner));
                return;
            }
            (Platform::Kubernetes, "role_arn") => format!("role:{value}"),
            (Platform::Kubernetes, "gcp_service_account") => format!("serviceAccount:{value}"),
            _ => return,
        };
        let cloud = self.mentioned(&cloud, EVERYBODY);
        if let Some((number, rule)) = crate::rules::find("k8s-provider-iam") {
            let how = How::Rule(number, rule.relation);
            self.push(subject, cloud, how, Because::Built);
        }
    }

    /// Remembers what had ended when the source was read: nobody has it, and somebody should take it away.
    fn ended(
        &mut self,
        holder: &str,
        gave: &str,
        granted_by: &str,
        at: jiff::Timestamp,
        origin: u32,
    ) {
        let scope = self.access.origins.get(origin as usize);
        let scope = scope.map_or(EVERYBODY, |origin| origin.scope);
        let holder = self.mentioned(holder, scope);
        let gave = self.texts().add(gave);
        let granted_by = self.texts().add(granted_by);
        self.access.ended.push(Ended {
            holder,
            origin,
            gave,
            granted_by,
            at,
        });
    }

    fn object(&mut self, object: &ListedObject, origin: u32, scope: Scope) {
        if let Some(url) = object.id.strip_prefix("issuer:") {
            let url = url.into();
            self.issuers.push(Issuer { scope, url });
            return;
        }
        if let Some(path) = object.id.strip_prefix("namespace:") {
            self.namespaces.push((scope, path.into()));
        }
        let node = self.mentioned(&object.id, scope);
        let kind = self.texts().add(&object.kind);
        self.access.objects.push(Listed { node, origin, kind });
        for (label, value) in &object.labels {
            if label == "service_account" {
                let account = self.mentioned(&format!("sa:{value}"), scope);
                self.push(node, account, How::CredentialOf, Because::Built);
            }
        }
    }

    fn permission(&mut self, permission: &ListedPermission, origin: u32, scope: Scope) {
        let holder = self.mentioned(&permission.subject, scope);
        let operation = self.texts().add(&permission.operation);
        let object = self.texts().add(&permission.object);
        if permission.effect != "allow" {
            let denial = Denial {
                scope,
                holder,
                operation,
                object,
            };
            // A denial under a condition may not apply, and takes nothing away; what it is about says so.
            if permission.condition.is_empty() {
                self.denials.push(denial);
            } else {
                self.doubt(denial, permission, origin);
            }
            return;
        }
        let content = Content::Permission {
            holder,
            operation,
            object,
        };
        let until = self.until(permission.expires_at);
        self.keep(
            Fact {
                origin,
                content,
                condition: 0,
                granted_by: 0,
                until,
                mode: Mode::Standing,
            },
            &permission.condition,
            &permission.source,
        );
    }

    fn edge(&mut self, edge: &ListedEdge, origin: u32, scope: Scope) {
        let from = self.mentioned(&edge.from, scope);
        let to = self.mentioned(&edge.to, scope);
        if edge.relation == "bounded_by" {
            // A boundary under a condition may not apply either.
            if edge.condition.is_empty() {
                self.bounds.push((from, to, scope));
            }
            return;
        }
        let relation = Relation::named(&edge.relation);
        let content = Content::Edge { from, to, relation };
        let fact = Fact {
            origin,
            content,
            condition: 0,
            granted_by: 0,
            until: self.until(edge.expires_at),
            mode: Mode::named(&edge.mode),
        };
        let because = Because::Fact(self.keep(fact, &edge.condition, &edge.source));
        let (name, whose) = self.access.nodes.name(to).unwrap_or_default();
        let is_role = whose != EVERYBODY
            && ["role:", "clusterrole:", "policy:"]
                .iter()
                .any(|kind| name.starts_with(kind));
        // A trust policy names a service or an account to say who may ask: neither is somebody who does.
        let (asks, _) = self.access.nodes.name(from).unwrap_or_default();
        let is_trusted = ["service:", "account:"]
            .iter()
            .any(|kind| asks.starts_with(kind));
        let of_aws = self.access.origins.get(origin as usize);
        if is_trusted && of_aws.is_some_and(|origin| origin.platform == Platform::Aws) {
            return;
        }
        let how = if relation == Relation::MemberOf && is_role {
            How::Holds
        } else {
            How::Stated(relation)
        };
        self.push(from, to, how, because);
    }

    /// Keeps a fact that does not end.
    fn fact(&mut self, origin: u32, content: Content, condition: &str, granted_by: &str) -> u32 {
        let fact = Fact {
            origin,
            content,
            condition: 0,
            granted_by: 0,
            until: self.until(None),
            mode: Mode::Standing,
        };
        self.keep(fact, condition, granted_by)
    }

    /// Keeps a fact, with its texts.
    fn keep(&mut self, fact: Fact, condition: &str, granted_by: &str) -> u32 {
        let condition: Text = self.texts().add(condition);
        let granted_by = self.texts().add(granted_by);
        self.access.facts.push(Fact {
            condition,
            granted_by,
            ..fact
        })
    }

    /// When a fact ends, as it is kept.
    fn until(&mut self, end: Option<jiff::Timestamp>) -> Text {
        let text = end.map(|end| end.to_string()).unwrap_or_default();
        self.texts().add(&text)
    }

    /// An edge that rests on several facts together, the leading one first.
    fn join(&mut self, from: Node, to: Node, how: How, facts: Vec<u32>) {
        let because = match facts.as_slice() {
            [fact] => Because::Fact(*fact),
            _ => Because::Facts(self.access.joined.push(facts.into())),
        };
        self.lead(from, to, how, because);
    }

    /// An edge that a rule makes of facts, which speak of where it leads.
    fn lead(&mut self, from: Node, to: Node, how: How, because: Because) {
        if from != to {
            self.access.mentions.add(to);
        }
        self.push(from, to, how, because);
    }

    /// Remembers what a class is about, for identities that do not exist yet.
    fn open(&mut self, class: Node, platform: Platform, object: &str) {
        let object = self.texts().add(object);
        self.access.open.push(Open {
            class,
            platform,
            object,
        });
    }

    fn push(&mut self, from: Node, to: Node, how: How, because: Because) {
        if from != to {
            self.edges.push(Edge {
                from,
                to,
                how,
                because,
            });
        }
    }
}
