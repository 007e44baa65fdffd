//! Kubernetes: what verbs on resources amount to, and what a cluster holds together by itself.

mod operation;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Content, Text};
use crate::derive::Derivation;
use crate::derive::joint::{self, Dialect, Lead};
use crate::graph::{Because, How};
use crate::nodes::{Node, Scope, number};
use crate::rules::{self, Rule};
use crate::{Platform, Relation};

use operation::{Grant, Need};
use place::Place;
pub(crate) use place::{any_account_in, in_place};

/// One operation of a permission, and every rule of one need that it meets.
struct Met {
    /// The first rule is met by everything: nothing else can add to it.
    rules: Vec<(u16, &'static Rule)>,
}

pub(crate) fn derive(derivation: &mut Derivation) {
    let clusters: BTreeSet<Scope> = derivation
        .access
        .origins
        .iter()
        .filter(|origin| origin.platform == Platform::Kubernetes)
        .map(|origin| origin.scope)
        .collect();
    if clusters.is_empty() {
        return;
    }
    permissions(derivation);
    for &cluster in &clusters {
        everybody(derivation, cluster);
    }
    names(derivation, &clusters);
    let joint: Vec<(u16, &'static Rule)> = rules::of(Platform::Kubernetes)
        .filter(|(_, rule)| rule.needs.len() > 1)
        .collect();
    for &cluster in &clusters {
        joint::derive(derivation, cluster, &joint, &Rbac);
    }
    // What they lead to may be in namespaces that nothing else names.
    for (scope, namespace) in place::namespaces(derivation, &clusters) {
        enclose(derivation, &namespace, scope);
    }
}

/// RBAC, for rules of several permissions.
struct Rbac;

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

/// Every rule of a single permission.
fn permissions(derivation: &mut Derivation) {
    let needs: Vec<(u16, &Rule, Need)> = rules::of(Platform::Kubernetes)
        .filter_map(|(number, rule)| match rule.needs {
            [need] => Some((number, rule, Need::parse(need)?)),
            _ => None,
        })
        .collect();
    let mut met: BTreeMap<Text, Met> = BTreeMap::new();
    let mut places: BTreeMap<(Scope, Text), Place> = BTreeMap::new();
    for fact in 0..number(derivation.access.facts.len()) {
        let Some((scope, holder, operation, object)) = permission(derivation, fact) else {
            continue;
        };
        let texts = &derivation.access.texts;
        let met = met.entry(operation).or_insert_with(|| {
            let grant = Grant::parse(texts.get(operation));
            let rules = needs.iter().filter(|(_, _, need)| grant.covers(need));
            Met {
                rules: rules.map(|(number, rule, _)| (*number, *rule)).collect(),
            }
        });
        let place = places
            .entry((scope, object))
            .or_insert_with(|| Place::parse(texts.get(object), scope));
        for &(number, rule) in &met.rules {
            let named = place.name.is_some();
            let Some(to) = place.reached(rule, derivation) else {
                continue;
            };
            derivation.push(
                holder,
                to,
                How::Rule(number, rule.relation),
                Because::Fact(fact),
            );
            if !named && rule.id == "k8s-cluster-admin" {
                break;
            }
        }
    }
}

/// Whose a permission is, on a cluster.
fn permission(derivation: &Derivation, fact: u32) -> Option<(Scope, Node, Text, Text)> {
    let fact = derivation.access.facts.get(fact as usize)?;
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
    let mut group = |name: &str| derivation.nodes().named(&format!("group:{name}"), cluster);
    let (masters, authenticated) = (group("system:masters"), group("system:authenticated"));
    let (accounts_group, unauthenticated) = (
        group("system:serviceaccounts"),
        group("system:unauthenticated"),
    );
    let anonymous = derivation.nodes().named("user:system:anonymous", cluster);
    for (from, to) in [
        (masters, admin),
        (accounts_group, authenticated),
        // Whoever has credentials can leave them out.
        (authenticated, anonymous),
        (anonymous, unauthenticated),
    ] {
        derivation.push(from, to, How::Implied, Because::Built);
    }
}

/// What the names that facts mention say by themselves: which namespace an account or a secret is in, and which groups
/// its holder is in.
fn names(derivation: &mut Derivation, clusters: &BTreeSet<Scope>) {
    let mut bound: BTreeSet<(Node, Scope)> = BTreeSet::new();
    for fact in &derivation.access.facts {
        let Some(origin) = derivation.access.origins.get(fact.origin as usize) else {
            continue;
        };
        if let (Content::Edge { from, .. }, true) = (fact.content, clusters.contains(&origin.scope))
        {
            bound.insert((from, origin.scope));
        }
    }
    for (user, cluster) in bound {
        let name = derivation.access.nodes.name(user).map(|(name, _)| name);
        let (is_user, is_group) = (
            name.is_some_and(|name| name.starts_with("user:")),
            name.is_some_and(|name| name.starts_with("group:")),
        );
        let place = Place::everywhere(cluster);
        if is_user {
            let any = place.users(derivation);
            derivation.push(any, user, How::Includes, Because::Built);
        }
        if is_user || is_group {
            authenticate(derivation, user, cluster);
        }
        if is_group {
            let any = place.groups(derivation);
            derivation.push(any, user, How::Includes, Because::Built);
        }
    }
    let mut namespaces: BTreeSet<(Scope, Box<str>)> = BTreeSet::new();
    for node in 0..number(derivation.access.nodes.len()) {
        let Some((name, scope)) = derivation.access.nodes.name(node) else {
            continue;
        };
        let Some((kind, rest)) = name.split_once(':').filter(|_| clusters.contains(&scope)) else {
            continue;
        };
        let Some((namespace, _)) = rest.split_once('/') else {
            continue;
        };
        let namespace: Box<str> = namespace.into();
        let place = Place::namespace(&namespace, scope);
        match kind {
            "sa" => {
                let any = place.accounts(derivation);
                derivation.push(any, node, How::Includes, Because::Built);
                let group = format!("group:system:serviceaccounts:{namespace}");
                let group = derivation.nodes().named(&group, scope);
                derivation.push(node, group, How::Implied, Because::Built);
            }
            "secret" => {
                let any = place.secrets(derivation);
                derivation.push(any, node, How::Includes, Because::Built);
            }
            _ => continue,
        }
        namespaces.insert((scope, namespace));
    }
    for (scope, namespace) in namespaces {
        enclose(derivation, &namespace, scope);
    }
    // Namespaces that only a permission names.
    let named: Vec<(Scope, String)> = place::namespaces(derivation, clusters);
    for (scope, namespace) in named {
        enclose(derivation, &namespace, scope);
    }
}

/// Puts a user or a group of the cluster among the authenticated, unless it is one of those that stand for less.
fn authenticate(derivation: &mut Derivation, subject: Node, cluster: Scope) {
    let name = derivation.access.nodes.name(subject).map(|(name, _)| name);
    let outside = ["user:system:anonymous", "group:system:unauthenticated"];
    let itself = "group:system:authenticated";
    if name.is_none_or(|name| name == itself || outside.contains(&name)) {
        return;
    }
    let authenticated = derivation.nodes().named(itself, cluster);
    derivation.push(subject, authenticated, How::Implied, Because::Built);
}

/// What a namespace includes, and what includes it.
fn enclose(derivation: &mut Derivation, namespace: &str, cluster: Scope) {
    let (inner, outer) = (
        Place::namespace(namespace, cluster),
        Place::everywhere(cluster),
    );
    let [accounts, secrets, pods, anything] = [
        inner.accounts(derivation),
        inner.secrets(derivation),
        inner.pods(derivation),
        inner.anything(derivation),
    ];
    let [all_accounts, all_secrets, all_pods] = [
        outer.accounts(derivation),
        outer.secrets(derivation),
        outer.pods(derivation),
    ];
    for (from, to) in [
        (anything, accounts),
        (anything, secrets),
        (anything, pods),
        (all_accounts, accounts),
        (all_secrets, secrets),
        (all_pods, pods),
    ] {
        derivation.push(from, to, How::Includes, Because::Built);
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
}
