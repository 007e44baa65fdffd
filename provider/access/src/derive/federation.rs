//! Whose tokens are trusted elsewhere: one platform issues them, another lets in whoever shows one.
//!
//! Who trusts says so by an edge from `oidc:<issuer>#<subject>`, where either may have wildcards and the issuer be `*`. Who
//! issues says so by an object `issuer:<URL>`. The join is made here, so that no platform has to know another.

use crate::access::{Content, Trust};
use crate::derive::{Derivation, Pattern};
use crate::graph::{Because, How};
use crate::nodes::{EVERYBODY, Node, Scope, number};
use crate::{Platform, Relation};

/// What the names of trusted tokens begin with.
const TRUSTED: &str = "oidc:";
/// The subject of a service account's tokens, before its namespace.
const ACCOUNT: &str = "system:serviceaccount:";
/// What SPIFFE IDs begin with.
const WORKLOAD: &str = "spiffe://";
/// What comes before the issuer in the ARN of a provider of identities.
const PROVIDER: &str = ":oidc-provider/";
/// Who issues the tokens of GitHub's pipelines; an enterprise may have a path of its own below.
const GITHUB: &str = "token.actions.githubusercontent.com";

/// What one source says of the tokens that it issues.
#[derive(Debug, Clone)]
pub(super) struct Issuer {
    pub(super) scope: Scope,
    pub(super) url: Box<str>,
}

/// A token that somebody trusts.
struct Trusted {
    node: Node,
    issuer: String,
    subject: String,
}

impl Trusted {
    fn parse(node: Node, name: &str) -> Option<Self> {
        let (issuer, subject) = name.strip_prefix(TRUSTED)?.split_once('#')?;
        Some(Self {
            node,
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        })
    }

    fn is_from(&self, issuer: &str) -> bool {
        Pattern(bare(&self.issuer)).covers(bare(issuer))
    }

    fn is_pattern(&self) -> bool {
        self.subject.contains(['*', '?', '+'])
    }
}

/// An issuer without what some write and others do not.
fn bare(issuer: &str) -> &str {
    let host = issuer.strip_prefix("https://").unwrap_or(issuer);
    host.trim_end_matches('/')
}

pub(super) fn derive(derivation: &mut Derivation) {
    describe(derivation);
    let nodes = &derivation.access.nodes;
    let all: Vec<Trusted> = (0..number(nodes.len()))
        .filter_map(|node| match nodes.name(node) {
            Some((name, EVERYBODY)) => Trusted::parse(node, name),
            _ => None,
        })
        .collect();
    for trusted in &all {
        workloads(trusted, derivation);
        pipelines(trusted, derivation);
        remember(trusted, None, derivation);
        for cluster in clusters(trusted, derivation) {
            accounts(trusted, &cluster, derivation);
            remember(trusted, Some(cluster.scope), derivation);
        }
    }
}

/// A cloud names whoever has tokens of a provider as a group, whose members it does not know. Where the issuer itself tells
/// of access, everybody who has such tokens is known.
fn describe(derivation: &mut Derivation) {
    let access = &derivation.access;
    let is_told = |name: &str| {
        let provider = name.strip_prefix("group:arn:");
        let issuer = provider.and_then(|arn| arn.split_once(PROVIDER));
        issuer.is_some_and(|(_, issuer)| {
            let mut told = derivation.issuers.iter();
            told.any(|one| bare(&one.url) == bare(issuer))
        })
    };
    let groups = (0..number(access.nodes.len())).filter(|node| {
        let name = access.nodes.name(*node);
        name.is_some_and(|(name, scope)| scope == EVERYBODY && is_told(name))
    });
    let groups: Vec<Node> = groups.collect();
    derivation.access.described.extend(groups);
}

/// Keeps a trust for subjects that only a split names.
fn remember(trusted: &Trusted, cluster: Option<Scope>, derivation: &mut Derivation) {
    let subject = derivation.texts().add(&trusted.subject);
    derivation.access.trusts.push(Trust {
        cluster,
        subject,
        node: trusted.node,
    });
}

/// The subject of the tokens of a service account.
pub(crate) fn subject_of_account(namespace: &str, name: &str) -> String {
    format!("{ACCOUNT}{namespace}:{name}")
}

/// Tokens whose subject is a SPIFFE ID are that workload's, whoever signs them.
fn workloads(trusted: &Trusted, derivation: &mut Derivation) {
    let known: Vec<Node> = if trusted.is_pattern() {
        let nodes = &derivation.access.nodes;
        let all = 0..number(nodes.len());
        let matching = all.filter(|node| match nodes.name(*node) {
            Some((name, EVERYBODY)) if name.starts_with(WORKLOAD) => {
                Pattern(&trusted.subject).covers(name)
            }
            _ => false,
        });
        matching.collect()
    } else if trusted.subject.starts_with(WORKLOAD) {
        vec![derivation.mentioned(&trusted.subject, EVERYBODY)]
    } else {
        Vec::new()
    };
    for workload in known {
        derivation.push(workload, trusted.node, How::Issued, Because::Built);
    }
}

fn pipelines(trusted: &Trusted, derivation: &mut Derivation) {
    let is_github = trusted.is_from(GITHUB) || bare(&trusted.issuer).starts_with(GITHUB);
    if !is_github {
        return;
    }
    let run = match trusted.subject.strip_prefix("repo:") {
        Some(run) => Some(run.replacen(":ref:refs/heads/", ":ref:", 1)),
        None if Pattern(&trusted.subject).overlaps("repo:*") => Some("*".to_owned()),
        None => None,
    };
    if let Some(run) = run {
        let run = derivation.mentioned(&format!("ci:github:{run}"), EVERYBODY);
        derivation.push(run, trusted.node, How::Issued, Because::Built);
    }
}

/// A cluster that may issue a trusted token.
struct Cluster {
    scope: Scope,
    origin: u32,
    /// Whether both said that it does, rather than one not saying whose tokens it means.
    is_certain: bool,
}

fn clusters(trusted: &Trusted, derivation: &Derivation) -> Vec<Cluster> {
    let origins = (0_u32..).zip(&derivation.access.origins);
    origins
        .filter(|(_, origin)| origin.platform == Platform::Kubernetes)
        .filter_map(|(number, origin)| {
            let said = derivation.issuers.iter();
            let mut said = said.filter(|one| one.scope == origin.scope).peekable();
            let is_silent = said.peek().is_none();
            let is_told = said.any(|one| trusted.is_from(&one.url));
            (is_told || is_silent).then_some(Cluster {
                scope: origin.scope,
                origin: number,
                is_certain: is_told && bare(&trusted.issuer) != "*",
            })
        })
        .collect()
}

/// The service accounts of a cluster that are issued a trusted token.
fn accounts(trusted: &Trusted, cluster: &Cluster, derivation: &mut Derivation) {
    let nodes = &derivation.access.nodes;
    let found: Vec<Node> = if trusted.is_pattern() {
        let one_of = |name: &str| {
            let account = name
                .strip_prefix("sa:")
                .and_then(|path| path.split_once('/'));
            account.is_some_and(|(namespace, name)| {
                Pattern(&trusted.subject).covers(&subject_of_account(namespace, name))
            })
        };
        let all = 0..number(nodes.len());
        all.filter(|node| {
            let name = nodes.name(*node);
            name.is_some_and(|(name, scope)| scope == cluster.scope && one_of(name))
        })
        .collect()
    } else {
        let account = trusted.subject.strip_prefix(ACCOUNT);
        let Some((namespace, name)) = account.and_then(|account| account.split_once(':')) else {
            return;
        };
        let id = format!("sa:{namespace}/{name}");
        if cluster.is_certain {
            // Trusted before it exists: whoever can make it is let in.
            vec![derivation.mentioned(&id, cluster.scope)]
        } else {
            nodes.find(&id, cluster.scope).into_iter().collect()
        }
    };
    for account in found {
        let because = Because::Fact(issued(account, trusted, cluster, derivation));
        derivation.push(account, trusted.node, How::Issued, because);
    }
}

/// The fact that an account is issued the token, on the word of its cluster.
fn issued(account: Node, trusted: &Trusted, cluster: &Cluster, derivation: &mut Derivation) -> u32 {
    let (condition, granted_by) = if cluster.is_certain {
        (String::new(), format!("issuer {}", trusted.issuer))
    } else {
        let condition = "it signs the tokens that are trusted there".to_owned();
        (condition, "its own issuer".to_owned())
    };
    let content = Content::Edge {
        from: account,
        to: trusted.node,
        relation: Relation::Assumes,
    };
    derivation.fact(cluster.origin, content, &condition, &granted_by)
}
