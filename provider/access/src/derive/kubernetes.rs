//! Kubernetes: what verbs on resources amount to, and what a cluster holds together by itself.

mod admission;
mod operation;
pub(super) mod place;

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Content, Text};
use crate::derive::Derivation;
use crate::derive::joint::{self, Dialect, Joint, Lead};
use crate::graph::{Because, How};
use crate::nodes::{EVERYBODY, Node, Scope, number};
use crate::rules::{self, Rule};
use crate::{Platform, Relation};

pub(crate) use admission::{Refusal, refusals};
use operation::{Grant, Need};
use place::Place;
pub(crate) use place::{any_account_in, in_place};

/// Every way in which somebody who may do everything may come to something.
const EVERY_WAY: [Relation; 5] = [
    Relation::CanGrant,
    Relation::ActsAsViaCompute,
    Relation::Assumes,
    Relation::ReadsSecretOf,
    Relation::EditsTrust,
];

impl Derivation {
    /// The sources that are clusters.
    fn clusters(&self) -> BTreeSet<Scope> {
        let origins = self.access.origins.iter();
        let of_clusters = origins.filter(|origin| origin.platform == Platform::Kubernetes);
        of_clusters.map(|origin| origin.scope).collect()
    }

    /// Has what stands for many of a cluster shown with the cluster, where there are several: two may have namespaces of one
    /// name.
    pub(super) fn tell_clusters_apart(&mut self) {
        let clusters = self.clusters();
        if clusters.len() > 1 {
            self.nodes().tell_apart(clusters);
        }
    }
}

pub(crate) fn derive(derivation: &mut Derivation) {
    let clusters = derivation.clusters();
    if clusters.is_empty() {
        return;
    }
    permissions(derivation, 0);
    for &cluster in &clusters {
        everybody(derivation, cluster);
    }
    let named = names(derivation, &clusters, 0);
    for &cluster in &clusters {
        let before = derivation.edges.len();
        let held = joint::derive(derivation, cluster, &together(), &Rbac);
        let edges = derivation.edges.get(before..).unwrap_or_default().to_vec();
        derivation
            .access
            .joint
            .insert(cluster, Joint { held, edges });
    }
    // What they lead to may be in namespaces that nothing else names.
    names(derivation, &clusters, named);
}

/// The rules of several permissions.
pub(super) fn together() -> Vec<(u16, &'static Rule)> {
    rules::of(Platform::Kubernetes)
        .filter(|(_, rule)| rule.needs.len() > 1)
        .collect()
}

/// RBAC, for rules of several permissions.
pub(super) struct Rbac;

impl Dialect for Rbac {
    fn meets(&self, need: &'static str, operation: &str, object: &str) -> bool {
        // Who may do everything needs no way round.
        if (operation, object) == ("* *.*", "*/*") {
            return false;
        }
        let grant = Grant::parse(operation);
        let parsed = Need::parse(need);
        let everywhere = object.starts_with("*/") || !object.contains('/');
        let is_namespaced = need.contains(" pods");
        parsed.is_some_and(|need| grant.covers(&need)) && (everywhere || is_namespaced)
    }

    /// RBAC has no denials.
    fn denies(&self, _: &str, _: &str) -> bool {
        false
    }

    fn leads(&self, lead: &Lead<'_>, derivation: &mut Derivation) -> Option<Node> {
        Place::parse(lead.object, lead.scope).reached(lead.rule, derivation)
    }
}

/// Every rule of a single permission, for facts from that number on.
pub(super) fn permissions(derivation: &mut Derivation, first: u32) {
    let needs: Vec<(u16, &Rule, Need<'_>)> = rules::of(Platform::Kubernetes)
        .filter_map(|(number, rule)| match rule.needs {
            [need] => Some((number, rule, Need::parse(need)?)),
            _ => None,
        })
        .collect();
    let mut met: BTreeMap<Text, Vec<(u16, &Rule)>> = BTreeMap::new();
    let mut places: BTreeMap<(Scope, Text), Place> = BTreeMap::new();
    for fact in first..number(derivation.access.facts.len()) {
        let Some((scope, holder, operation, object)) = permission(derivation, fact) else {
            continue;
        };
        let texts = &derivation.access.texts;
        let met = met.entry(operation).or_insert_with(|| {
            let grant = Grant::parse(texts.get(operation));
            let rules = needs.iter().filter(|(_, _, need)| grant.covers(need));
            rules.map(|(number, rule, _)| (*number, *rule)).collect()
        });
        let place = places
            .entry((scope, object))
            .or_insert_with(|| Place::parse(texts.get(object), scope));
        let because = Because::Fact(fact);
        for &(number, rule) in &*met {
            let Some(to) = place.reached(rule, derivation) else {
                continue;
            };
            if rule.id == "k8s-cluster-admin" {
                // Whoever may do everything needs none of the other rules.
                for relation in EVERY_WAY {
                    derivation.lead(holder, to, How::Rule(number, relation), because);
                }
                break;
            }
            derivation.lead(holder, to, How::Rule(number, rule.relation), because);
        }
    }
}

/// Whose a permission is, on a cluster.
fn permission(derivation: &Derivation, fact: u32) -> Option<(Scope, Node, Text, Text)> {
    let fact = derivation.access.facts.get(fact)?;
    let origin = derivation.access.origins.get(fact.origin as usize)?;
    let Content::Permission {
        holder,
        operation,
        object,
    } = fact.content
    else {
        return None;
    };
    (origin.platform == Platform::Kubernetes).then_some((origin.scope, holder, operation, object))
}

/// Groups and users that every cluster has, whether or not a fact names them.
pub(super) const EVERYWHERE: [&str; 5] = [
    "group:system:masters",
    "group:system:authenticated",
    "group:system:serviceaccounts",
    "group:system:unauthenticated",
    "user:system:anonymous",
];

/// What every cluster includes, and the groups that it puts everybody in.
fn everybody(derivation: &mut Derivation, cluster: Scope) {
    let place = Place::everywhere(cluster);
    let admin = place.admin(derivation);
    let [accounts, secrets, pods, nodes, users, groups] = [
        place.accounts(derivation),
        place.secrets(derivation),
        place.pods(derivation),
        place.nodes(derivation),
        place.users(derivation),
        place.groups(derivation),
    ];
    for of_admin in [accounts, secrets, pods, users, groups] {
        derivation.push(admin, of_admin, How::Includes, Because::Built);
    }
    derivation.push(nodes, pods, How::Includes, Because::Built);
    derivation.push(
        pods,
        accounts,
        How::Stated(Relation::RunsAs),
        Because::Built,
    );
    let [
        masters,
        authenticated,
        accounts_group,
        unauthenticated,
        anonymous,
    ] = EVERYWHERE.map(|name| derivation.nodes().named(name, cluster));
    for (from, to) in [
        (masters, admin),
        (accounts, accounts_group),
        // Any name is that of some user.
        (users, authenticated),
        (accounts_group, authenticated),
        // Whoever has credentials can leave them out.
        (authenticated, anonymous),
        (anonymous, unauthenticated),
    ] {
        derivation.push(from, to, How::Implied, Because::Built);
    }
}

/// What the names that facts mention say by themselves: which namespace an account or a secret is in, and which groups
/// everybody is in. Nodes of smaller numbers than `first` have said it already; the answer is how many have now.
fn names(derivation: &mut Derivation, clusters: &BTreeSet<Scope>, first: Node) -> Node {
    let mut known = Namespaces::new();
    let mut node = first;
    // A name may bring others with it: the group of the accounts of its namespace.
    while node < number(derivation.access.nodes.len()) {
        while node < number(derivation.access.nodes.len()) {
            name(derivation, node, clusters, &mut known);
            node += 1;
        }
        // Those above, and namespaces that only a permission or a group names.
        for (scope, namespace) in place::namespaces(derivation, clusters) {
            enclose(derivation, &namespace, scope);
        }
    }
    node
}

/// What is inside of each namespace of a cluster, as far as it was asked.
pub(super) type Namespaces = BTreeMap<Scope, BTreeMap<Box<str>, Inside>>;

/// What the name of one node says.
pub(super) fn name(
    derivation: &mut Derivation,
    node: Node,
    clusters: &BTreeSet<Scope>,
    known: &mut Namespaces,
) {
    let Some((name, scope)) = derivation.access.nodes.name(node) else {
        return;
    };
    let Some((kind, rest)) = name.split_once(':') else {
        return;
    };
    if matches!(kind, "user" | "group") {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        let accounts = name.strip_prefix("group:system:serviceaccounts:");
        if let Some(namespace) = accounts.filter(|_| clusters.contains(&scope)) {
            Place::namespace(namespace, scope).accounts(derivation);
        }
        for &cluster in clusters {
            if [EVERYBODY, cluster].contains(&scope) {
                person(derivation, node, &kind, &name, cluster);
            }
        }
        return;
    }
    let Some((namespace, _)) = rest.split_once('/').filter(|_| clusters.contains(&scope)) else {
        return;
    };
    let is_account = match kind {
        "sa" => true,
        "secret" => false,
        _ => return,
    };
    let namespaces = known.entry(scope).or_default();
    let inside = match namespaces.get(namespace) {
        Some(inside) => *inside,
        None => {
            let namespace: Box<str> = namespace.into();
            let inside = Inside::of(&namespace, scope, derivation);
            namespaces.insert(namespace, inside);
            inside
        }
    };
    let classes = if is_account {
        inside.accounts
    } else {
        inside.secrets
    };
    for class in classes {
        derivation.push(class, node, How::Includes, Because::Built);
    }
    if is_account {
        for group in inside.groups {
            derivation.push(node, group, How::Implied, Because::Built);
        }
    }
}

/// What an account or a secret of a namespace is among: that of the namespace and that of the cluster, because an account
/// that is moved to another namespace leaves the first and not the second.
#[derive(Clone, Copy)]
pub(super) struct Inside {
    accounts: [Node; 2],
    secrets: [Node; 2],
    groups: [Node; 2],
}

impl Inside {
    fn of(namespace: &str, cluster: Scope, derivation: &mut Derivation) -> Self {
        let places = [
            Place::namespace(namespace, cluster),
            Place::everywhere(cluster),
        ];
        let groups = [
            format!("group:system:serviceaccounts:{namespace}"),
            "group:system:serviceaccounts".to_owned(),
        ];
        Self {
            accounts: places.each_ref().map(|place| place.accounts(derivation)),
            secrets: places.each_ref().map(|place| place.secrets(derivation)),
            groups: groups.map(|group| derivation.nodes().named(&group, cluster)),
        }
    }
}

/// Puts a user or a group among those that a cluster knows: anybody's name may be that of somebody who is authenticated.
fn person(derivation: &mut Derivation, node: Node, kind: &str, name: &str, cluster: Scope) {
    let place = Place::everywhere(cluster);
    if kind == "group" {
        let any = place.groups(derivation);
        derivation.push(any, node, How::Includes, Because::Built);
        return;
    }
    let any = place.users(derivation);
    derivation.push(any, node, How::Includes, Because::Built);
    // Whoever shows no credentials is nobody who is authenticated.
    if name != "user:system:anonymous" {
        let group = "group:system:authenticated";
        let group = derivation.nodes().named(group, cluster);
        derivation.push(node, group, How::Implied, Because::Built);
    }
}

/// What a namespace includes. What the cluster includes is put at each account, not at the namespaces: an account that is
/// moved to another namespace leaves the first and not the second.
pub(super) fn enclose(derivation: &mut Derivation, namespace: &str, cluster: Scope) {
    let place = Place::namespace(namespace, cluster);
    let [accounts, secrets, pods, anything] = [
        place.accounts(derivation),
        place.secrets(derivation),
        place.pods(derivation),
        place.anything(derivation),
    ];
    for inner in [accounts, secrets, pods] {
        derivation.push(anything, inner, How::Includes, Because::Built);
    }
    derivation.push(
        pods,
        accounts,
        How::Stated(Relation::RunsAs),
        Because::Built,
    );
    let all = derivation
        .nodes()
        .named("group:system:serviceaccounts", cluster);
    let group = format!("group:system:serviceaccounts:{namespace}");
    let group = derivation.nodes().named(&group, cluster);
    derivation.push(group, all, How::Implied, Because::Built);
    // Every namespace has an account, `default`, whether or not a fact names it.
    let everywhere = Place::everywhere(cluster).accounts(derivation);
    for any in [accounts, everywhere] {
        derivation.push(any, group, How::Implied, Because::Built);
    }
}
