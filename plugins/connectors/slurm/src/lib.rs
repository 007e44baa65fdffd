//! The connector `slurm`: the GPUs of a Slurm cluster, from slurmrestd.
//!
//! ```hcl
//! connector "cluster" {
//!   plugin = "slurm"
//!   config = { url = "https://slurm.acme.example", user = "portcullis" }
//!
//!   allow {
//!     hosts   = ["https://slurm.acme.example"]
//!     secrets = ["SLURM_JWT"]
//!   }
//! }
//! ```
//!
//! It reads nodes and reservations and never writes. Slurm counts devices and knows nothing else of them: what is told of
//! one is in the README.

mod device;
mod gres;
mod hostlist;
mod inventory;
mod node;
mod reservation;
mod rest;
mod standing;
mod version;

use std::collections::BTreeMap;

use portcullis_plugin::{
    Connector, DevicePage, Failure, HttpAccess, Inventory, Manifest, SecretAccess,
};
use serde::Deserialize;

/// The secret that is sent as the token of [`Config::user`]; Slurm's own programs read it under this name too.
const TOKEN: &str = "SLURM_JWT";

/// The connector.
#[derive(Debug)]
pub struct Slurm;

/// What `config` in HCL holds.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where slurmrestd listens, with a path if it lies behind one.
    #[config(pattern = "^https?://")]
    pub url: String,
    /// Whose token it is. Needed by every slurmrestd that checks tokens itself; a proxy may put it in.
    pub user: Option<String>,
    /// Name of the cluster, put on every device.
    pub cluster: Option<String>,
    /// The only partitions whose nodes are told; all of them without it.
    pub partitions: Option<Vec<String>>,
    /// Reservations that workloads may use. Devices in them are firm; those in other reservations are held.
    #[serde(default)]
    pub reservations: Vec<String>,
    /// How long before its beginning a reservation counts, in hours: 24 without it.
    #[serde(default = "notice_hours")]
    #[config(maximum = 87600)]
    pub notice_hours: u32,
    /// Product names by the type that `gres` has, where the type is not the model: `{ big = "NVIDIA H200" }`. GPUs
    /// without a type are under `gpu`.
    #[serde(default)]
    pub models: BTreeMap<String, String>,
}

fn notice_hours() -> u32 {
    24
}

impl Connector for Slurm {
    const MANIFEST: Manifest = Manifest::connector(
        "slurm",
        env!("CARGO_PKG_VERSION"),
        "Reads GPU inventory from slurmrestd",
    )
    .http(&[HttpAccess::new("config:url", &["GET"], "/")])
    .secrets(&[SecretAccess::new(TOKEN, "x-slurm-user-token", "config:url")]);
    type Config = Config;
}

impl Inventory for Slurm {
    fn list_inventory(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
        inventory::page(config, cursor)
    }
}

portcullis_plugin::export_connector!(Slurm: Inventory);
