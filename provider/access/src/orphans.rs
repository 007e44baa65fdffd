//! Access that nobody answers for any more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{Name, Owner, OwnerKind, Subject, visible};

use crate::access::{Access, Content, Listed};
use crate::graph::How;
use crate::nodes::{EVERYBODY, Node};
use crate::{Facts, Platform, Relation};

/// Longest text of a source that is repeated, in characters.
const SHOWN_CHARS: usize = 200;

/// What declarations say of subjects and of who answers for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declarations {
    /// Every subject that a declaration names: workloads, sides of splits, members of groups, those who were granted
    /// something.
    pub subjects: BTreeSet<Subject>,
    /// Who answers for what, such as `workload identity production/fraud-scorer`.
    pub owners: BTreeMap<String, Owner>,
    /// What ends by itself, and when.
    pub ends: BTreeMap<String, Timestamp>,
}

/// Why something is an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrphanKind {
    /// An account holds something, or something runs as it, and no declaration and no owner knows it.
    Undeclared,
    /// Its owner is in no directory any more.
    OwnerGone,
    /// It had ended, and is still there.
    Ended,
}

impl OrphanKind {
    /// The word for people and for state.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Undeclared => "undeclared",
            Self::OwnerGone => "owner_gone",
            Self::Ended => "ended",
        }
    }
}

/// Something that nobody answers for. Texts are safe to print.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    /// Why it is one.
    pub kind: OrphanKind,
    /// What it is: a subject, or a declaration in words.
    pub what: String,
    /// What shows it, as a clause.
    pub why: String,
    /// The connector that tells of it; `None` for a declaration.
    pub source: Option<Name>,
}

/// All that nobody answers for, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orphans {
    /// By kind, then by name.
    pub found: Vec<Orphan>,
    /// What could not be looked at, each as a clause; there may be more orphans.
    pub unchecked: Vec<String>,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
}

impl Orphans {
    /// What nobody answers for at `now`, given what is declared.
    ///
    /// A platform's own accounts are left out: those of Kubernetes' `kube-` namespaces and the service-linked roles of AWS.
    #[must_use]
    pub fn of(declared: &Declarations, now: Timestamp, facts: Facts<'_>) -> Self {
        let access = facts.access;
        let directory = Directory::of(access);
        let mut found = undeclared(declared, access);
        found.extend(directory.labels(access));
        let mut unchecked: BTreeSet<String> = BTreeSet::new();
        for (what, owner) in &declared.owners {
            match directory.has(owner, facts) {
                Some(true) => {}
                Some(false) => found.push(Orphan {
                    kind: OrphanKind::OwnerGone,
                    what: what.clone(),
                    why: format!("its owner {owner} is in no directory"),
                    source: None,
                }),
                None => {
                    let kind = match owner.kind() {
                        OwnerKind::User => "people",
                        OwnerKind::Team | OwnerKind::Group => "teams and groups",
                    };
                    unchecked.insert(format!(
                        "no directory tells which {kind} there are, so owners that are {kind} were not looked up"
                    ));
                }
            }
        }
        found.extend(ended(access));
        let past = declared.ends.iter().filter(|(_, end)| **end <= now);
        found.extend(past.map(|(what, end)| Orphan {
            kind: OrphanKind::Ended,
            what: what.clone(),
            why: format!("it ended at {end} and is still recorded"),
            source: None,
        }));
        found.sort();
        found.dedup();
        let unread = facts.unread.iter();
        unchecked.extend(unread.map(|(name, why)| {
            format!(
                "connector {name} did not tell all: {}",
                visible(why, SHOWN_CHARS)
            )
        }));
        if access.origins.is_empty() {
            unchecked.insert("no connector told which accounts there are".to_owned());
        }
        Self {
            found,
            unchecked: unchecked.into_iter().collect(),
            sources: access.sources(),
        }
    }
}

/// Accounts that no declaration names and that nobody owns, and that can do something.
fn undeclared(declared: &Declarations, access: &Access) -> Vec<Orphan> {
    let known: BTreeSet<Node> = declared
        .subjects
        .iter()
        .flat_map(|subject| access.nodes.of(subject))
        .chain(access.owners.iter().map(|(subject, _)| *subject))
        .collect();
    let holders: BTreeSet<Node> = access
        .facts
        .iter()
        .filter_map(|fact| match fact.content {
            Content::Permission { holder, .. } => Some(holder),
            Content::Edge { .. } | Content::Denial { .. } => None,
        })
        .collect();
    let accounts = access
        .subjects
        .iter()
        .filter(|listed| is_account(listed, access) && !known.contains(&listed.node));
    accounts
        .filter_map(|listed| {
            let why = doing(listed.node, &holders, access)?;
            let origin = access.origins.get(listed.origin as usize)?;
            Some(Orphan {
                kind: OrphanKind::Undeclared,
                what: access.nodes.shown(listed.node),
                why: format!("no declaration names it and nobody owns it, and {why}"),
                source: Some(origin.source.clone()),
            })
        })
        .collect()
}

/// Whether it is an identity of something other than people, and not one of the platform's own.
fn is_account(listed: &Listed, access: &Access) -> bool {
    let platform = access.origins.get(listed.origin as usize);
    let is_aws = platform.is_some_and(|origin| origin.platform == Platform::Aws);
    let (name, _) = access.nodes.name(listed.node).unwrap_or_default();
    match access.texts.get(listed.kind) {
        "service-account" | "agent" => !name.starts_with("sa:kube-"),
        // On other platforms a role is what holds permissions, and nobody by itself.
        "role" => is_aws && !name.contains(":role/aws-service-role/"),
        _ => false,
    }
}

/// What an account can do, as a clause; `None` when it holds nothing and nothing runs as it.
fn doing(node: Node, holders: &BTreeSet<Node>, access: &Access) -> Option<String> {
    let given = access
        .graph
        .starting_at(node)
        .filter(|edge| !matches!(edge.how, How::Implied | How::RunOf | How::Matches));
    let given = given.count() + usize::from(holders.contains(&node));
    let runs = access.graph.ending_at(node);
    let runs = runs
        .filter(|edge| edge.how == How::Stated(Relation::RunsAs))
        .count();
    match (given, runs) {
        (0, 0) => None,
        (0, _) => Some("something runs as it".to_owned()),
        (_, 0) => Some("it holds grants".to_owned()),
        _ => Some("it holds grants and something runs as it".to_owned()),
    }
}

/// What had ended when its source was read.
fn ended(access: &Access) -> impl Iterator<Item = Orphan> + '_ {
    access.ended.iter().filter_map(|ended| {
        let text = |text| visible(access.texts.get(text), SHOWN_CHARS);
        let origin = access.origins.get(ended.origin as usize)?;
        let by = match text(ended.granted_by) {
            by if by.is_empty() => String::new(),
            by => format!(" by {by}"),
        };
        Some(Orphan {
            kind: OrphanKind::Ended,
            what: access.nodes.shown(ended.holder),
            why: format!(
                "it was given {}{by} until {}, and the grant is still there",
                text(ended.gave),
                ended.at
            ),
            source: Some(origin.source.clone()),
        })
    })
}

/// Who there is, by the sources that know people and groups: those of no known platform.
struct Directory {
    subjects: BTreeSet<Node>,
    tells_people: bool,
    tells_groups: bool,
}

impl Directory {
    fn of(access: &Access) -> Self {
        let is_directory = |listed: &&Listed| {
            let origin = access.origins.get(listed.origin as usize);
            origin.is_some_and(|origin| origin.platform == Platform::Other)
        };
        let listed: Vec<&Listed> = access.subjects.iter().filter(is_directory).collect();
        let tells = |kind: &str| listed.iter().any(|one| access.texts.get(one.kind) == kind);
        Self {
            tells_people: tells("human"),
            tells_groups: tells("group"),
            subjects: listed.into_iter().map(|one| one.node).collect(),
        }
    }

    /// Whether an owner is there; `None` when no source tells of such owners.
    fn has(&self, owner: &Owner, facts: Facts<'_>) -> Option<bool> {
        let nodes = &facts.access.nodes;
        let listed = |name: String| {
            let node = nodes.find(&name, EVERYBODY);
            node.is_some_and(|node| self.subjects.contains(&node))
        };
        match owner.kind() {
            OwnerKind::User => self.tells_people.then(|| listed(owner.to_string())),
            OwnerKind::Team | OwnerKind::Group => {
                let group = format!("group:{}", owner.name());
                let is_declared = group
                    .parse::<Subject>()
                    .is_ok_and(|group| facts.members(&group).is_some());
                if is_declared {
                    return Some(true);
                }
                self.tells_groups.then(|| listed(group))
            }
        }
    }

    /// Subjects whose owner, by a label of their source, nobody lists.
    fn labels<'a>(&'a self, access: &'a Access) -> impl Iterator<Item = Orphan> + 'a {
        let listed: BTreeSet<Node> = access.subjects.iter().map(|one| one.node).collect();
        let gone = access.owners.iter();
        gone.filter(move |(_, owner)| !listed.contains(owner))
            .map(|(subject, owner)| {
                let listed = access.subjects.iter().find(|one| one.node == *subject);
                let origin = listed.and_then(|one| access.origins.get(one.origin as usize));
                Orphan {
                    kind: OrphanKind::OwnerGone,
                    what: access.nodes.shown(*subject),
                    why: format!(
                        "its owner {} is in no directory",
                        access.nodes.shown(*owner)
                    ),
                    source: origin.map(|origin| origin.source.clone()),
                }
            })
    }
}
