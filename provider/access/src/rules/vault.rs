//! `OpenBao` and Vault: capabilities on paths.
//!
//! A permission is a policy's: its subject is `policy:<name>`, its operation one capability, its object the path as the
//! policy has it, with `*` at the end and `+` for a segment. Roles of auth methods and entities are subjects, members of
//! their policies; a role's id is its path, `role:auth/jwt/role/ci`.

use crate::Platform;
use crate::Relation::{self, CanGrant as Grants, EditsTrust as Trusts};
use crate::rules::{Reach, Rule};

const fn row(
    id: &'static str,
    needs: &'static [&'static str],
    relation: Relation,
    reach: Reach,
    does: &'static str,
    _source: &'static str,
) -> Rule {
    let (platform, same_object) = (Platform::Vault, false);
    Rule {
        id,
        platform,
        relation,
        needs,
        same_object,
        reach,
        does,
    }
}

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    row("vault-policy-write", &["create|update|patch sys/policies/acl/*|sys/policy/*"], Grants, Reach::Account, "writes policies", "Vault: policies"),
    row("vault-token-create", &["sudo auth/token/create|auth/token/create-orphan"], Grants, Reach::Account, "creates tokens of any policy", "Vault: token auth method"),
    row("vault-jwt-role-write", &["create|update|patch auth/+/role/*"], Trusts, Reach::Identities, "changes who may log in", "Vault: JWT auth method"),
    row("vault-identity-entity", &["create|update|patch identity/entity/*|identity/entity"], Grants, Reach::Account, "gives entities policies", "Vault: identity secrets engine"),
];
