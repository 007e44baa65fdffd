//! The end of an identity: nobody takes its role on any more, it holds nothing, and then it is gone.

use portcullis_plugin::{Failure, Managed, Stamp};

use super::role::{self, name_of};
use super::{mark, trust};
use crate::api::Service;

/// Takes the role apart and deletes it; one that is gone is a success.
///
/// # Errors
/// When the role is not ours, or something of it is still there in the end; the message names it.
pub(super) fn delete(iam: &Service<'_>, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
    let name = name_of(&prior.id);
    let Some(found) = role::get(iam, name)?.filter(|role| role.arn == prior.id) else {
        return Ok(());
    };
    mark::check(&found.arn, &found.tags, &prior.name, Some(stamp))?;
    let role = ("RoleName", name);
    // First of all nobody new: what follows takes several requests.
    let nobody = trust::nobody().to_string();
    iam.change(
        "UpdateAssumeRolePolicy",
        &[role, ("PolicyDocument", &nobody)],
    )?;
    for (operation, list, takes, parameter) in [
        (
            "ListInstanceProfilesForRole",
            ("InstanceProfiles", "InstanceProfileName"),
            "RemoveRoleFromInstanceProfile",
            "InstanceProfileName",
        ),
        (
            "ListAttachedRolePolicies",
            ("AttachedPolicies", "PolicyArn"),
            "DetachRolePolicy",
            "PolicyArn",
        ),
        (
            "ListRolePolicies",
            ("PolicyNames", ""),
            "DeleteRolePolicy",
            "PolicyName",
        ),
    ] {
        for bound in role::listed(iam, operation, name, list)? {
            iam.change(takes, &[role, (parameter, &bound)])?;
        }
    }
    iam.change("DeleteRole", &[role])?;
    match role::get(iam, name)?.filter(|role| role.arn == prior.id) {
        None => Ok(()),
        Some(left) => Err(Failure::refused(format!(
            "The role `{}` is still there after it was deleted.",
            left.arn
        ))
        .remedy("Apply again in a minute; if it stays, look at it in IAM.")),
    }
}
