//! The connector `openbao`: who may do what in `OpenBao` or Vault, and identities and grants kept there, by its own API.
//!
//! ```hcl
//! connector "bao" {
//!   plugin = "openbao"
//!   config = { url = "https://bao.acme.example:8200" }
//!
//!   allow {
//!     hosts   = ["https://bao.acme.example:8200"]
//!     reads   = ["https://bao.acme.example:8200/v1/auth/token/lookup-accessor"]
//!     secrets = ["BAO_TOKEN"]
//!   }
//! }
//! ```
//!
//! It never reads a secret: policies, roles, entities and groups are all that it asks for, and it writes only what carries
//! its mark. What its token needs is in its README.

mod access;
mod api;
mod named;
mod objects;
mod policy;
mod time;

use std::collections::BTreeMap;

use portcullis_plugin::{
    Access, AccessPage, Connector, Failure, HttpAccess, Manifest, SecretAccess,
};
use serde::Deserialize;

/// The secret that is sent as token.
const TOKEN: &str = "BAO_TOKEN";
/// The header that carries it.
const TOKEN_HEADER: &str = "x-vault-token";

/// The connector.
#[derive(Debug)]
pub struct OpenBao;

/// What `config` in HCL holds.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the server listens.
    #[config(pattern = "^https?://[^/]+/?$")]
    pub url: String,
    /// The namespace that is read, with all below it; the whole server without it.
    #[serde(default)]
    pub namespace: String,
    /// Whether tokens are read, which hold what they were issued with until they end. Takes a request for each of them.
    #[serde(default = "yes")]
    pub tokens: bool,
    /// Auth methods that are not read though this connector does not know their kind, by path: `auth/saml/`. Whoever logs
    /// in there is not looked at.
    #[serde(default)]
    pub passed_over: Vec<String>,
    /// Who outside the server holds the credentials of a role or an entity: `role:auth/approle/role/ci` to subjects such as
    /// `ci:github:acme/fraud:ref:main`.
    #[serde(default)]
    pub assumed_by: BTreeMap<String, Vec<String>>,
}

fn yes() -> bool {
    true
}

impl Config {
    /// The namespace as the server writes it: `team/`, and nothing for the first one.
    fn namespace(&self) -> String {
        match self.namespace.trim_matches('/') {
            "" => String::new(),
            path => format!("{path}/"),
        }
    }
}

impl Connector for OpenBao {
    const MANIFEST: Manifest = Manifest::connector(
        "openbao",
        env!("CARGO_PKG_VERSION"),
        "Reads who may do what in OpenBao or Vault, and keeps identities and grants there",
    )
    .http(&[
        HttpAccess::new("config:url", &["GET"], "/v1"),
        HttpAccess::new("config:url", &["POST"], api::LOOKUP).reads(),
        HttpAccess::new("config:url", &["PUT", "DELETE"], "/v1"),
    ])
    .secrets(&[SecretAccess::new(TOKEN, TOKEN_HEADER, "config:url")])
    .objects(&[objects::IDENTITY, objects::GRANT, objects::OFFBOARDING])
    .platform("openbao");
    type Config = Config;
}

impl Access for OpenBao {
    fn list_access(config: &Config, cursor: Option<&str>) -> Result<AccessPage, Failure> {
        access::page(config, cursor)
    }
}

portcullis_plugin::export_connector!(OpenBao: Access, Objects);
