//! An auth method where it is mounted.

use serde::{Deserialize, Serialize};

/// An auth method where it is mounted.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Mount {
    pub(crate) namespace: String,
    /// `auth/jwt`, without a slash at its end.
    pub(crate) path: String,
    /// `jwt`, `kubernetes` and so on.
    pub(crate) kind: String,
    pub(crate) accessor: String,
    /// Whose tokens log in, as far as the method says; `*` otherwise.
    pub(crate) issuer: String,
}

/// What an alias of the method may be about, which only its roles say.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Aliases {
    pub(super) mount: Option<Mount>,
    /// The claims by whose values roles name who logs in.
    pub(super) claims: Vec<String>,
    /// Ids of the roles of a method whose aliases do not say which of them it is.
    pub(super) roles: Vec<String>,
}

impl Mount {
    /// The segments of what lies below the method.
    pub(crate) fn below<'s>(&'s self, more: &[&'s str]) -> Vec<&'s str> {
        self.path.split('/').chain(more.iter().copied()).collect()
    }

    /// Where the method keeps who may log in, by kind; `None` for a method that is not known.
    pub(super) fn folders(&self) -> Option<&'static [&'static str]> {
        Some(match self.kind.as_str() {
            "jwt" | "oidc" | "kubernetes" | "approle" => &["role"],
            "userpass" | "radius" => &["users"],
            "ldap" => &["users", "groups"],
            "cert" => &["certs"],
            "token" | "ns_token" => &["roles"],
            _ => return None,
        })
    }

    pub(super) fn shows_tokens(&self) -> bool {
        matches!(self.kind.as_str(), "jwt" | "oidc")
    }
}
