//! Which permissions amount to which path: the table, a row a primitive.
//!
//! Each row names the primitive as published lists number it, what one subject must hold together, and where that
//! leads. How a platform writes its permissions is said at the head of its table.

mod aws;
mod azure;
mod duties;
mod gcp;
mod github;
mod kubernetes;
mod vault;

use std::sync::LazyLock;

use crate::{Platform, Relation};

/// A way from permissions to an identity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// The primitive, as published lists number it.
    pub(crate) id: &'static str,
    pub(crate) platform: Platform,
    pub(crate) relation: Relation,
    /// Operations that one subject must hold together, the leading one first; alternatives are separated by `|`. None
    /// where the path is no permission's.
    pub(crate) needs: &'static [&'static str],
    /// Whether all of them must be about the same object.
    pub(crate) same_object: bool,
    /// Where it leads.
    pub(crate) reach: Reach,
    /// What somebody does who uses it, for a witness; empty where the operations say it best.
    pub(crate) does: &'static str,
}

/// Where a rule leads, within what its leading permission is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Secrets, by name or any.
    Secrets,
    /// Service accounts, by name or any.
    ServiceAccounts,
    /// Any service account that a pod of the namespace can run as.
    Compute,
    /// Running pods.
    Pods,
    /// Any node of the cluster, and what runs there.
    AnyNode,
    /// Users, by name or any.
    Users,
    /// Groups, by name or any.
    Groups,
    /// Everything in the namespace.
    Namespace,
    /// Everything in the cluster.
    Cluster,
    /// Everything in the cluster, by way of the map of cloud roles to cluster users.
    AwsAuth,
    /// Everything that the source lists.
    Account,
    /// The identities that the permission is about.
    Identities,
    /// Roles that the permission is about and that this service may take on.
    PassedRole(&'static str),
    /// Roles that this service may take on.
    ServiceRole(&'static str),
    /// Roles that the permission is about and whose trust leaves it to permissions who takes them on.
    AssumedRoles,
    /// Everything, when the permission is about the holder itself, a user.
    OwnUser,
    /// Everything, when the permission is about the holder itself, a role.
    OwnRole,
    /// Everything, when the permission is about a group of the holder.
    OwnGroup,
    /// The groups that the permission is about.
    JoinedGroups,
    /// The users that the permission is about.
    AwsUsers,
    /// The roles that the permission is about.
    AwsRoles,
    /// The identities that the permission is about whose owner nobody lists.
    Orphans,
    /// No permission leads there: facts state it, or the search itself finds it.
    Built,
}

static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let tables = [
        kubernetes::RULES,
        duties::RULES,
        vault::RULES,
        github::RULES,
        gcp::RULES,
        azure::RULES,
        aws::RULES,
    ];
    tables.into_iter().flatten().collect()
});

/// The rule of a number.
pub(crate) fn rule(number: u16) -> Option<&'static Rule> {
    RULES.get(usize::from(number)).copied()
}

/// The rule of an id, with its number.
pub(crate) fn find(id: &str) -> Option<(u16, &'static Rule)> {
    numbered().find(|(_, rule)| rule.id == id)
}

/// The rules of a platform, each with its number.
pub(crate) fn of(platform: Platform) -> impl Iterator<Item = (u16, &'static Rule)> {
    numbered().filter(move |(_, rule)| rule.platform == platform)
}

fn numbered() -> impl Iterator<Item = (u16, &'static Rule)> {
    (0_u16..).zip(RULES.iter().copied())
}

/// A published way from permissions to an identity, as people read about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Primitive {
    /// Its id, as published lists number it.
    pub id: &'static str,
    /// Whose permissions it is about.
    pub platform: Platform,
    /// The permissions that one subject must hold together, alternatives separated by `|`; none where no permission is
    /// needed.
    pub needs: &'static [&'static str],
    /// What whoever uses it does; empty where the permissions say it best.
    pub does: &'static str,
    /// How that leads to an identity, as a witness says it.
    pub leads: &'static str,
}

/// The primitive of an id.
#[must_use]
pub fn primitive(id: &str) -> Option<Primitive> {
    find(id).map(|(_, rule)| Primitive {
        id: rule.id,
        platform: rule.platform,
        needs: rule.needs,
        does: rule.does,
        leads: rule.relation.as_str(),
    })
}

/// Every primitive that has a rule, with its platform.
pub fn primitives() -> impl Iterator<Item = (&'static str, Platform)> {
    RULES.iter().map(|rule| (rule.id, rule.platform))
}
