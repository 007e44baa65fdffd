//! Account details as facts.

use portcullis_plugin::{AccessPage, Edge, Failure, Subject};

use super::holder::{self, Holder};
use super::{Known, trust, untold};
use crate::Config;
use crate::policy::Policy;
use crate::xml::Element;

/// Groups and managed policies of a page.
///
/// # Errors
/// When one of them cannot be understood.
pub(crate) fn groups_and_policies(
    result: Element<'_>,
    known: &mut Known,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    for group in result.list("GroupDetailList") {
        let (arn, name) = (group.needed("Arn")?, group.needed("GroupName")?);
        known.groups.insert(name.to_owned(), arn.to_owned());
        let (id, shown) = (format!("group:{arn}"), format!("group {name}"));
        page.subjects.push(subject(&id, "group", name));
        let holder = Holder {
            id: &id,
            shown: &shown,
        };
        holder.inline(group, "GroupPolicyList", page)?;
        known.owed.extend(holder.attached(group, page)?);
    }
    for policy in result.list("Policies") {
        let arn = policy.needed("Arn")?;
        let bounds = policy.text("PermissionsBoundaryUsageCount") != "0";
        let document = default_version(policy, arn)?;
        page.permissions
            .extend(holder::of_managed(arn, &document, bounds)?);
        known.policies.insert(arn.to_owned());
        if bounds {
            known.boundaries.insert(arn.to_owned());
        }
    }
    known.owed.retain(|policy| !known.policies.contains(policy));
    Ok(())
}

/// The number of the account whose users and roles a page tells; none when it has neither.
pub(crate) fn account(result: Element<'_>) -> Option<&str> {
    let mut users = result.list("UserDetailList");
    let first = users
        .next()
        .or_else(|| result.list("RoleDetailList").next())?;
    let account = first.text("Arn").split(':').nth(4)?;
    (!account.is_empty()).then_some(account)
}

/// Users and roles of a page.
///
/// # Errors
/// When one of them cannot be understood, or has a policy that was not told.
pub(crate) fn users_and_roles(
    result: Element<'_>,
    config: &Config,
    known: &Known,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    for user in result.list("UserDetailList") {
        let (arn, name) = (user.needed("Arn")?, user.needed("UserName")?);
        let (id, shown) = (format!("user:{arn}"), format!("user {name}"));
        page.subjects.push(subject(&id, "human", name));
        let holder = Holder {
            id: &id,
            shown: &shown,
        };
        holder.inline(user, "UserPolicyList", page)?;
        held(holder, user, known, page)?;
        for group in user.list("GroupList").map(Element::own_text) {
            let group = known.groups.get(group).ok_or_else(|| {
                Failure::malformed(format!(
                    "The user `{name}` is in the group `{group}`, which was not told."
                ))
                .remedy("Plan again: the account may have changed while it was read.")
            })?;
            page.edges.push(Edge {
                source: format!("groups of {shown}"),
                ..Edge::new(&id, "member_of", &format!("group:{group}"))
            });
        }
    }
    for role in result.list("RoleDetailList") {
        one_role(role, config, known, page)?;
    }
    Ok(())
}

fn one_role(
    role: Element<'_>,
    config: &Config,
    known: &Known,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    let (arn, name) = (role.needed("Arn")?, role.needed("RoleName")?);
    let (id, shown) = (format!("role:{arn}"), format!("role {name}"));
    page.subjects.push(subject(&id, "role", name));
    let holder = Holder {
        id: &id,
        shown: &shown,
    };
    holder.inline(role, "RolePolicyList", page)?;
    held(holder, role, known, page)?;
    let source = format!("trust policy of {shown}");
    let document = Policy::parse(role.needed("AssumeRolePolicyDocument")?, &source)?;
    page.edges
        .extend(trust::edges(&document, &id, &source, &config.clusters)?);
    page.permissions
        .extend(trust::denials(&document, arn, &source)?);
    for profile in role.list("InstanceProfileList") {
        let (arn, name) = (
            profile.needed("Arn")?,
            profile.needed("InstanceProfileName")?,
        );
        let id_of_profile = format!("instance-profile:{arn}");
        page.subjects.push(subject(&id_of_profile, "other", name));
        page.edges.push(Edge {
            source: format!("instance profile {name}"),
            ..Edge::new(&id_of_profile, "runs_as", &id)
        });
    }
    Ok(())
}

/// Managed policies and boundary of a user or role, and what its organization leaves.
fn held(
    holder: Holder<'_>,
    element: Element<'_>,
    known: &Known,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    let attached = holder.attached(element, page)?;
    if let Some(policy) = attached.difference(&known.policies).next() {
        return Err(untold(policy));
    }
    if let Some(limits) = &known.limits {
        limits.bind(holder.id, element.needed("Arn")?, holder.shown, page);
    }
    holder.boundary(element, known, page)
}

/// The document of a managed policy that is in force.
fn default_version(policy: Element<'_>, arn: &str) -> Result<Policy, Failure> {
    let version = policy
        .list("PolicyVersionList")
        .find(|version| version.text("IsDefaultVersion") == "true")
        .ok_or_else(|| {
            Failure::malformed(format!(
                "The policy `{arn}` has no version that is in force."
            ))
        })?;
    Policy::parse(version.needed("Document")?, &format!("policy {arn}"))
}

fn subject(id: &str, kind: &str, name: &str) -> Subject {
    Subject {
        name: name.to_owned(),
        ..Subject::new(id, kind)
    }
}
