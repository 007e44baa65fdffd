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
    row("vault-token-create", &["create|update auth/token/create/*"], Relation::Assumes, Reach::Identities, "creates tokens by", "Vault: token auth method, roles"),
    row("vault-jwt-role-write", &["create|update|patch auth/+/role/*|auth/+/users/*|auth/+/certs/*|auth/+/roles/*"], Trusts, Reach::Identities, "changes who may log in", "Vault: JWT, userpass and TLS certificate auth methods"),
    row("vault-jwt-role-write", &["create|update|patch auth/+/config"], Trusts, Reach::Account, "changes whose tokens log in", "Vault: JWT auth method, configuration"),
    row("vault-jwt-role-write", &["sudo sys/auth/*", "create|update sys/auth/*"], Trusts, Reach::Account, "adds ways to log in", "Vault: /sys/auth"),
    row("vault-identity-entity", &["create|update|patch identity/entity/*|identity/entity|identity/group/*|identity/group|identity/entity-alias/*|identity/entity-alias|identity/group-alias/*|identity/group-alias"], Grants, Reach::Account, "gives entities policies", "Vault: identity secrets engine"),
];
