//! What a user, group or role has: policies of its own, managed ones, and a boundary.

use std::collections::BTreeSet;

use portcullis_plugin::{AccessPage, Edge, Failure, Permission};

use super::Known;
use super::permission::{Held, permissions};
use crate::policy::{Effect, Policy};
use crate::xml::Element;

/// A user, group or role.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder<'a> {
    /// As facts call it.
    pub(crate) id: &'a str,
    /// As people do: `role models`.
    pub(crate) shown: &'a str,
}

impl Holder<'_> {
    /// The policies that are its own.
    pub(crate) fn inline(
        self,
        element: Element<'_>,
        list: &str,
        page: &mut AccessPage,
    ) -> Result<(), Failure> {
        for policy in element.list(list) {
            let name = format!("policy {} of {}", policy.needed("PolicyName")?, self.shown);
            let document = Policy::parse(policy.needed("PolicyDocument")?, &name)?;
            let held = Held {
                by: self.id,
                through: &name,
            };
            for effect in [Effect::Allow, Effect::Deny] {
                page.permissions
                    .extend(permissions(&document, effect, held)?);
            }
        }
        Ok(())
    }

    /// The managed policies that it has, by ARN.
    pub(crate) fn attached(
        self,
        element: Element<'_>,
        page: &mut AccessPage,
    ) -> Result<BTreeSet<String>, Failure> {
        let mut attached = BTreeSet::new();
        for policy in element.list("AttachedManagedPolicies") {
            let arn = policy.needed("PolicyArn")?;
            page.edges.push(Edge {
                source: format!("policy {} attached to {}", short(arn), self.shown),
                ..Edge::new(self.id, "member_of", &managed(arn))
            });
            attached.insert(arn.to_owned());
        }
        Ok(attached)
    }

    /// Its boundary. One whose document was not told, as an unattached one of AWS's own, bounds nothing that is known.
    pub(crate) fn boundary(
        self,
        element: Element<'_>,
        known: &Known,
        page: &mut AccessPage,
    ) -> Result<(), Failure> {
        let Some(boundary) = element.child("PermissionsBoundary") else {
            return Ok(());
        };
        let arn = boundary.needed("PermissionsBoundaryArn")?;
        if !known.boundaries.contains(arn) {
            return Ok(());
        }
        let source = format!("permission boundary {} of {}", short(arn), self.shown);
        for (relation, to) in [("bounded_by", limits(arn)), ("member_of", denials(arn))] {
            page.edges.push(Edge {
                source: source.clone(),
                ..Edge::new(self.id, relation, &to)
            });
        }
        Ok(())
    }
}

/// What a managed policy says: to whom it is attached, and to whom it is a boundary. A boundary limits by what it allows,
/// and what it denies is denied to whom it bounds.
pub(crate) fn of_managed(
    arn: &str,
    document: &Policy,
    bounds: bool,
) -> Result<Vec<Permission>, Failure> {
    let source = format!("policy {}", short(arn));
    let say = |by: &str, effect| {
        let held = Held {
            by,
            through: &source,
        };
        permissions(document, effect, held)
    };
    let mut told = say(&managed(arn), Effect::Allow)?;
    told.extend(say(&managed(arn), Effect::Deny)?);
    if bounds {
        told.extend(say(&limits(arn), Effect::Allow)?);
        told.extend(say(&denials(arn), Effect::Deny)?);
    }
    Ok(told)
}

fn managed(arn: &str) -> String {
    format!("policy:{arn}")
}

fn limits(arn: &str) -> String {
    format!("boundary:{arn}")
}

fn denials(arn: &str) -> String {
    format!("policy:{arn}#denied")
}

/// The name of a policy, with its path.
fn short(arn: &str) -> &str {
    arn.split_once(":policy/").map_or(arn, |(_, name)| name)
}
