//! The connector `plugin-name`.
//!
//! It speaks to the platform of the testkit, so that it builds, tests and passes `portcullis plugin conform` as it
//! stands. Put your platform in its place file by file: `gpus.rs` reads the inventory, `pools.rs` keeps
//! objects, `tokens.rs` issues credentials. Leave out what your platform does not have.
//!
//! ```hcl
//! connector "plugin-name" {
//!   plugin = "plugin-name"
//!   config = { url = "https://api.example.com" }
//!   allow {
//!     hosts   = ["https://api.example.com"]
//!     secrets = ["PLATFORM_TOKEN"]
//!   }
//! }
//! ```

mod gpus;
mod pools;
mod tokens;

use portcullis_plugin::{
    Application, Change, Client, Connector, Credential, Credentials, DevicePage, Failure,
    HttpAccess, Inventory, Managed, Manifest, Objects, SecretAccess, Stamp,
};
use serde::Deserialize;

/// The secret that the host sends for the connector.
const TOKEN: &str = "PLATFORM_TOKEN";

/// The connector.
#[derive(Debug)]
pub struct PluginName;

/// What `config` in HCL holds.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
pub struct Config {
    /// Where the platform's API listens, `https://api.example.com` for example.
    #[config(pattern = "^https?://")]
    pub url: String,
}

impl Config {
    fn client(&self) -> Client {
        Client::new(&self.url).bearer(TOKEN)
    }
}

impl Connector for PluginName {
    const MANIFEST: Manifest = Manifest::connector(
        "plugin-name",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_DESCRIPTION"),
    )
    .http(&[
        HttpAccess::new("config:url", &["GET"], "/v1/gpus"),
        HttpAccess::new("config:url", &["GET", "POST", "PUT", "DELETE"], "/v1/pools"),
        HttpAccess::new("config:url", &["POST", "DELETE"], "/v1/tokens"),
    ])
    .secrets(&[SecretAccess::new(TOKEN, "authorization", "config:url")])
    .objects(&["pool"]);
    type Config = Config;
}

impl Inventory for PluginName {
    fn list_inventory(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
        gpus::page(&config.client(), cursor)
    }
}

impl Objects for PluginName {
    fn read(config: &Config, kind: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
        pools::read(&config.client(), kind, id, name)
    }

    // `plan` compares attributes, unless you write it yourself.

    fn apply(
        config: &Config,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        pools::apply(&config.client(), prior, change, stamp)
    }

    fn delete(config: &Config, prior: &Managed, _stamp: &Stamp) -> Result<(), Failure> {
        pools::delete(&config.client(), prior)
    }
}

impl Credentials for PluginName {
    fn issue(
        config: &Config,
        application: &Application,
        stamp: &Stamp,
    ) -> Result<Credential, Failure> {
        tokens::issue(&config.client(), application, stamp)
    }

    fn revoke(config: &Config, id: &str, _stamp: &Stamp) -> Result<(), Failure> {
        tokens::revoke(&config.client(), id)
    }
}

portcullis_plugin::export_connector!(PluginName: Inventory, Objects, Credentials);
