//! The connector `aws`: who may do what in an AWS account, from IAM, which GPUs a region offers, from EC2, and
//! identities as roles.
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
mod objects;
mod policy;
mod supply;
mod xml;

use std::collections::BTreeMap;

use portcullis_plugin::{
    Access, AccessPage, Connector, Failure, HttpAccess, Manifest, SignatureAccess, Supply,
    SupplyPage,
};
use serde::Deserialize;

/// What it asks of IAM: the first to read who may do what, the others to keep roles.
const IAM: &[&str] = &[
    "GetAccountAuthorizationDetails",
    "GetRole",
    "GetRolePolicy",
    "ListRoles",
    "ListRolePolicies",
    "ListAttachedRolePolicies",
    "ListInstanceProfilesForRole",
    "CreateRole",
    "UpdateAssumeRolePolicy",
    "PutRolePermissionsBoundary",
    "DeleteRolePermissionsBoundary",
    "TagRole",
    "UntagRole",
    "PutRolePolicy",
    "RemoveRoleFromInstanceProfile",
    "DetachRolePolicy",
    "DeleteRolePolicy",
    "DeleteRole",
];

/// What it asks of AWS Organizations.
const ORGANIZATIONS: &[&str] = &[
    "DescribeOrganization",
    "ListParents",
    "ListPoliciesForTarget",
    "DescribePolicy",
];

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
    /// Where AWS Organizations listens, `https://organizations.us-east-1.amazonaws.com`, for the service control policies that
    /// bind the account. Without it what they forbid is shown as allowed.
    #[config(pattern = "^https?://[^/]+/?$")]
    pub organizations: Option<String>,
    /// Where AWS Secrets Manager of a region listens, `https://secretsmanager.eu-west-1.amazonaws.com`, for the names of its
    /// secrets and the policies attached to them; never for their values.
    #[config(pattern = "^https?://[^/]+/?$")]
    pub secrets_manager: Option<String>,
    /// Where EC2 of a region listens, `https://ec2.eu-west-1.amazonaws.com`. Without it nothing is told of GPUs.
    #[config(pattern = "^https?://[^/]+/?$")]
    pub ec2: Option<String>,
    /// Where Service Quotas of that region listens, `https://servicequotas.eu-west-1.amazonaws.com`, for how many instances of a
    /// type the account may run.
    #[config(pattern = "^https?://[^/]+/?$")]
    pub service_quotas: Option<String>,
    /// Name of that region, put on what is told of it.
    pub region: Option<String>,
    /// Instance types to look at, with `*` for any text; those with GPUs are told. All families of AWS that have GPUs
    /// without it, and at most eight patterns.
    #[serde(default = "instance_types")]
    pub instance_types: Vec<String>,
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

/// Graphics and accelerated machines.
fn instance_types() -> Vec<String> {
    vec!["g*".to_owned(), "p*".to_owned()]
}

fn page_size() -> u32 {
    100
}

impl Config {
    /// # Errors
    /// When `instance_types` has none, or more patterns than one request takes.
    fn check(&self) -> Result<(), Failure> {
        if (1..=8).contains(&self.instance_types.len()) {
            return Ok(());
        }
        Err(Failure::config(format!(
            "`instance_types` in `config` has {} patterns, where 1 to 8 are read.",
            self.instance_types.len()
        ))
        .remedy("Write fewer patterns, such as `p5*`, or leave `instance_types` out."))
    }
}

impl Connector for Aws {
    const MANIFEST: Manifest = Manifest::connector(
        "aws",
        env!("CARGO_PKG_VERSION"),
        "Reads who may do what in an AWS account, and which GPUs a region offers",
    )
    .http(&[
        HttpAccess::new("config:iam", &["GET", "POST"], "/"),
        HttpAccess::new("config:organizations", &["POST"], "/").reads(),
        HttpAccess::new("config:secrets_manager", &["POST"], "/").reads(),
        HttpAccess::new("config:ec2", &["GET"], "/"),
        HttpAccess::new("config:service_quotas", &["POST"], "/").reads(),
    ])
    .signatures(&[
        SignatureAccess::new("config:iam", "iam", IAM),
        SignatureAccess::new("config:organizations", "organizations", ORGANIZATIONS),
        SignatureAccess::new(
            "config:secrets_manager",
            "secretsmanager",
            &["ListSecrets", "GetResourcePolicy"],
        ),
        SignatureAccess::new(
            "config:ec2",
            "ec2",
            &["DescribeInstanceTypes", "DescribeCapacityReservations"],
        ),
        SignatureAccess::new(
            "config:service_quotas",
            "servicequotas",
            &["ListServiceQuotas"],
        ),
    ])
    .objects(&["identity", "grant"])
    .platform("aws");
    type Config = Config;
}

impl Access for Aws {
    fn list_access(config: &Config, cursor: Option<&str>) -> Result<AccessPage, Failure> {
        access::page(config, cursor)
    }
}

impl Supply for Aws {
    fn list_supply(config: &Config, cursor: Option<&str>) -> Result<SupplyPage, Failure> {
        config.check()?;
        supply::page(config, cursor)
    }
}

portcullis_plugin::export_connector!(Aws: Access, Supply, Objects);
