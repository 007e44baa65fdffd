//! The connector `aws`: who may do what in an AWS account, from IAM.
//!
//! ```hcl
//! connector "account" {
//!   plugin = "aws"
//!   config = { iam = "https://iam.amazonaws.com" }
//!
//!   allow {
//!     hosts = ["https://iam.amazonaws.com"]
//!
//!     sigv4 {
//!       url     = "https://iam.amazonaws.com"
//!       service = "iam"
//!       region  = "us-east-1"
//!     }
//!   }
//! }
//! ```
//!
//! The host signs; no key comes here. What its principal needs is in its README.

mod access;
mod api;
mod policy;
mod xml;

use std::collections::BTreeMap;

use portcullis_plugin::{
    Access, AccessPage, Connector, Failure, HttpAccess, Manifest, SignatureAccess,
};
use serde::Deserialize;

/// The connector.
#[derive(Debug)]
pub struct Aws;

/// What `config` in HCL holds.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where IAM listens: `https://iam.amazonaws.com`, or that of the partition.
    #[config(pattern = "^https?://[^/]+/?$")]
    pub iam: String,
    /// Clusters whose service accounts roles trust, by the issuer of their tokens without `https://`, as in the ARN of the
    /// identity provider: the name of the connector that reads the cluster.
    #[serde(default)]
    pub clusters: BTreeMap<String, String>,
    /// Users, groups, roles and policies that one request asks for. An answer may have 8 MiB unless `limits` says
    /// otherwise.
    #[serde(default = "page_size")]
    #[config(minimum = 1, maximum = 1000)]
    pub page_size: u32,
}

fn page_size() -> u32 {
    100
}

impl Connector for Aws {
    const MANIFEST: Manifest = Manifest::connector(
        "aws",
        env!("CARGO_PKG_VERSION"),
        "Reads who may do what in an AWS account",
    )
    .http(&[HttpAccess::new("config:iam", &["GET"], "/")])
    .signatures(&[SignatureAccess::new(
        "config:iam",
        "iam",
        &["GetAccountAuthorizationDetails"],
    )])
    .platform("aws");
    type Config = Config;
}

impl Access for Aws {
    fn list_access(config: &Config, cursor: Option<&str>) -> Result<AccessPage, Failure> {
        access::page(config, cursor)
    }
}

portcullis_plugin::export_connector!(Aws: Access);
