//! A role as it is wanted, made or mended.

use portcullis_plugin::{Failure, Stamp};
use serde_json::Value;

use super::mark::{self, Tags};
use super::role::{self, Role, name_of};
use crate::api::Service;

/// A role as it is wanted.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// The workload or split whose role it is.
    pub(super) owner: &'a str,
    pub(super) arn: &'a str,
    pub(super) trust: &'a Value,
    pub(super) boundary: Option<&'a str>,
    pub(super) tags: &'a Tags,
}

impl Wanted<'_> {
    /// Whether a role that is there is this one, and may be changed.
    ///
    /// # Errors
    /// When it is somebody else's, lies elsewhere, or was changed by a later stamp.
    pub(super) fn check(&self, found: &Role, stamp: Option<&Stamp>) -> Result<(), Failure> {
        mark::check(&found.arn, &found.tags, self.owner, stamp)?;
        if found.arn == self.arn {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "The role `{}` is `{}` and should be `{}`.",
            self.name(),
            found.arn,
            self.arn
        ))
        .remedy("Name another role in `settings`; the path of a role cannot be changed."))
    }

    /// Makes the role, or makes the one that is there the wanted one, and looks.
    ///
    /// # Errors
    /// As [`Wanted::check`], and when the service refuses.
    pub(super) fn ensure(&self, iam: &Service<'_>, stamp: &Stamp) -> Result<Role, Failure> {
        match role::get(iam, self.name())? {
            None => self.create(iam)?,
            Some(found) => {
                self.check(&found, Some(stamp))?;
                self.mend(iam, &found)?;
            }
        }
        role::get(iam, self.name())?.ok_or_else(|| {
            Failure::unreachable(format!(
                "The role `{}` was made and is not there yet.",
                self.name()
            ))
            .remedy("Apply again in a minute.")
        })
    }

    fn name(&self) -> &str {
        name_of(self.arn)
    }

    /// What stands between `role` and the name: `/portcullis/production/fraud/`.
    fn path(&self) -> &str {
        let resource = self.arn.split_once(":role").map_or("/", |(_, rest)| rest);
        resource
            .get(..=resource.rfind('/').unwrap_or_default())
            .unwrap_or("/")
    }

    fn create(&self, iam: &Service<'_>) -> Result<(), Failure> {
        let (path, trust) = (self.path(), self.trust.to_string());
        let mut parameters = vec![
            ("RoleName".to_owned(), self.name()),
            ("Path".to_owned(), path),
            ("AssumeRolePolicyDocument".to_owned(), &trust),
        ];
        if let Some(boundary) = self.boundary {
            parameters.push(("PermissionsBoundary".to_owned(), boundary));
        }
        parameters.extend(tag_parameters(self.tags));
        iam.post("CreateRole", &borrowed(&parameters)).map(drop)
    }

    /// Makes a role that is there the wanted one. The trust comes first: the other parts give nobody anything.
    fn mend(&self, iam: &Service<'_>, found: &Role) -> Result<(), Failure> {
        let role = ("RoleName", self.name());
        if found.trust != *self.trust {
            let trust = self.trust.to_string();
            iam.post(
                "UpdateAssumeRolePolicy",
                &[role, ("PolicyDocument", &trust)],
            )?;
        }
        match (found.boundary.as_deref(), self.boundary) {
            (has, wants) if has == wants => {}
            (_, Some(boundary)) => {
                let boundary = ("PermissionsBoundary", boundary);
                iam.post("PutRolePermissionsBoundary", &[role, boundary])?;
            }
            (_, None) => {
                iam.change("DeleteRolePermissionsBoundary", &[role])?;
            }
        }
        if found.tags != *self.tags {
            let mut parameters = vec![("RoleName".to_owned(), role.1)];
            parameters.extend(tag_parameters(self.tags));
            iam.post("TagRole", &borrowed(&parameters))?;
        }
        let stale = mark::stale(&found.tags, self.tags);
        if !stale.is_empty() {
            let mut parameters = vec![("RoleName".to_owned(), role.1)];
            let keys = stale.into_iter().enumerate();
            parameters.extend(keys.map(|(at, key)| (format!("TagKeys.member.{}", at + 1), key)));
            iam.post("UntagRole", &borrowed(&parameters))?;
        }
        Ok(())
    }
}

fn tag_parameters(tags: &Tags) -> impl Iterator<Item = (String, &str)> {
    tags.iter().enumerate().flat_map(|(at, (key, value))| {
        let name = |part: &str| format!("Tags.member.{}.{part}", at + 1);
        [(name("Key"), key.as_str()), (name("Value"), value.as_str())]
    })
}

fn borrowed<'p>(parameters: &'p [(String, &'p str)]) -> Vec<(&'p str, &'p str)> {
    let each = parameters.iter();
    each.map(|(name, value)| (name.as_str(), *value)).collect()
}
