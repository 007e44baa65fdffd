//! The connector `kubernetes`: who may do what on a cluster, and which GPUs it has, from its API server; and the service
//! accounts of workloads and the roles of splits, kept there.
//!
//! ```hcl
//! connector "cluster" {
//!   plugin = "kubernetes"
//!   config = { url = "https://10.0.0.1:6443" }
//!
//!   allow {
//!     hosts          = ["https://10.0.0.1:6443"]
//!     secrets        = ["KUBERNETES_TOKEN"]
//!     ca_certificate = file("ca.pem")
//!   }
//! }
//! ```
//!
//! It writes what carries its mark and nothing else, and of secrets it asks for the names alone. What its account needs is
//! in its README.

mod access;
mod api;
mod collection;
mod head;
mod inventory;
mod listing;
mod metadata;
mod needs;
mod objects;
mod page;
mod position;
mod supply;

use std::collections::BTreeMap;

use portcullis_plugin::{
    Access, AccessPage, Connector, DevicePage, Failure, HttpAccess, Inventory, Manifest,
    SecretAccess, Supply, SupplyPage,
};
use serde::Deserialize;

/// The secret that is sent as bearer token when it is granted.
const TOKEN: &str = "KUBERNETES_TOKEN";

/// The connector.
#[derive(Debug)]
pub struct Kubernetes;

/// What `config` in HCL holds.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the API server listens, with a path if it lies behind one.
    #[config(pattern = "^https?://")]
    pub url: String,
    /// Name of the cluster, put on every device.
    pub cluster: Option<String>,
    /// The only namespaces in which to read who may do what; all of them without it. Cluster roles and their bindings are
    /// always read, and so is every pod that holds a GPU.
    pub namespaces: Option<Vec<String>>,
    /// Who outside the cluster holds the credentials of a service account: `sa:<namespace>/<name>` to subjects such
    /// as `ci:github:acme/fraud:ref:main`.
    #[serde(default)]
    pub assumed_by: BTreeMap<String, Vec<String>>,
    /// Keys of taints that workloads tolerate. A node or device with another one takes no pods and counts as failed.
    #[serde(default = "tolerated_taints")]
    pub tolerated_taints: Vec<String>,
    /// The queue of Kueue that workloads are submitted to, `<namespace>/<name>`: then only the quotas behind it are told.
    pub local_queue: Option<String>,
    /// Objects that one request asks for; without it, after a first request for 250, as many as make an answer of 4 MiB.
    /// An answer may have 8 MiB unless `limits` says otherwise.
    #[config(minimum = 1, maximum = 5000)]
    pub page_size: Option<u32>,
}

/// The taint by which clusters keep pods without GPUs away from nodes with them.
fn tolerated_taints() -> Vec<String> {
    vec!["nvidia.com/gpu".to_owned()]
}

impl Config {
    /// # Errors
    /// When `namespaces` would read nothing, or a name in it is none and would lead to another path.
    fn check(&self) -> Result<(), Failure> {
        let Some(namespaces) = &self.namespaces else {
            return Ok(());
        };
        if namespaces.is_empty() {
            return Err(Failure::config(
                "`namespaces` in `config` is an empty list, which would read nothing.",
            )
            .remedy("Name the namespaces to read, or leave `namespaces` out to read all."));
        }
        let is_label = |name: &str| {
            let known =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !name.is_empty() && name.len() <= 63 && name.bytes().all(known)
        };
        match namespaces.iter().find(|name| !is_label(name)) {
            None => Ok(()),
            Some(name) => Err(Failure::config(format!(
                "`namespaces` in `config` has `{name}`, which is no name of a namespace: 1 to 63 lower-case letters, \
                 digits and `-`."
            ))
            .remedy("Write the namespace as `kubectl get namespaces` shows it.")),
        }
    }
}

impl Connector for Kubernetes {
    const MANIFEST: Manifest = Manifest::connector(
        "kubernetes",
        env!("CARGO_PKG_VERSION"),
        "Reads who may do what, and GPU inventory, from a Kubernetes API server, and keeps identities and splits there",
    )
    .http(&[HttpAccess::new(
        "config:url",
        &["GET", "POST", "PUT", "DELETE"],
        "/",
    )])
    .secrets(&[SecretAccess::new(TOKEN, "authorization", "config:url")])
    .objects(&[objects::IDENTITY, objects::GRANT, objects::OFFBOARDING])
    .platform("kubernetes");
    type Config = Config;
}

impl Access for Kubernetes {
    fn list_access(config: &Config, cursor: Option<&str>) -> Result<AccessPage, Failure> {
        config.check()?;
        access::page(config, cursor)
    }
}

impl Inventory for Kubernetes {
    fn list_inventory(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
        inventory::page(config, cursor)
    }
}

impl Supply for Kubernetes {
    fn list_supply(config: &Config, _: Option<&str>) -> Result<SupplyPage, Failure> {
        supply::page(config)
    }
}

portcullis_plugin::export_connector!(Kubernetes: Access, Inventory, Objects, Supply);
