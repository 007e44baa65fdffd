//! Write a portcullis connector or check as a WebAssembly component.
//!
//! A check is one type with one function. This is a whole one:
//!
//! ```
//! use portcullis_plugin::{Check, Failure, Finding, Manifest, NoConfig, Plan};
//! struct OwnerRequired;
//! impl Check for OwnerRequired {
//!     const MANIFEST: Manifest = Manifest::check("owner-required", "1.0.0", "Every pool has an owner");
//!     type Config = NoConfig;
//!     fn run(plan: &Plan, _: &NoConfig) -> Result<Vec<Finding>, Failure> {
//!         let pools = plan.of_type("portcullis_gpu_pool").filter(|pool| pool.text("owner").is_null());
//!         Ok(pools.map(|pool| Finding::error("owner-missing", &pool.address).at("owner").summary("Pool without an owner")).collect())
//!     }
//! }
//! portcullis_plugin::export_check!(OwnerRequired);
//! ```
//!
//! A connector is one type with a trait for each part that it has:
//!
//! ```
//! use portcullis_plugin::{Client, Config, Connector, Device, DevicePage, Failure, HttpAccess, Inventory, Manifest};
//! struct Lab;
//! #[derive(Config, serde::Deserialize)]
//! struct Settings { url: String }
//! impl Connector for Lab {
//!     const MANIFEST: Manifest = Manifest::connector("lab", "1.0.0", "Reads the GPUs of our lab")
//!         .http(&[HttpAccess::new("config:url", &["GET"], "/gpus")]);
//!     type Config = Settings;
//! }
//! impl Inventory for Lab {
//!     fn list_inventory(config: &Settings, _: Option<&str>) -> Result<DevicePage, Failure> {
//!         let client = Client::new(&config.url);
//!         let gpus: Vec<(String, String)> = client.send(client.get("/gpus"))?.json()?;
//!         Ok(DevicePage::only(gpus.into_iter().map(|(uuid, model)| Device::new(uuid, model)).collect()))
//!     }
//! }
//! portcullis_plugin::export_connector!(Lab: Inventory);
//! ```
//!
//! Build it with crate type `cdylib` for `wasm32-unknown-unknown` and turn the result into a component with
//! `portcullis plugin build`. The host shows what the manifest asks for, and grants it or not. On any other target the
//! plugin is an ordinary library whose imports a test answers; see [`native`].

#[doc(hidden)]
pub mod bindings;
pub mod cache;
mod check;
mod clock;
mod config;
mod connector;
mod export_parts;
mod exports;
mod failure;
mod finding;
mod grpc;
mod host;
mod http;
mod json_writer;
pub mod log;
mod manifest;
#[cfg(not(target_family = "wasm"))]
pub mod native;
pub mod objects;
mod parts;
pub mod plan;
mod random;
mod schema;
mod secret;
mod value;

pub use check::Check;
pub use clock::{now, wait};
pub use config::{Config, NoConfig};
pub use connector::Connector;
pub use grpc::{GrpcCall, GrpcReplies};
pub use http::{Begun, Client, Exchange, Kept, Pages, Paging, Request, Response, ResponseBody};
pub use manifest::{HttpAccess, Manifest, SecretAccess, SignatureAccess};
pub use parts::{Access, Credentials, Inventory, Objects, Supply, covers};
pub use plan::{Attribute, Plan, Resource};
/// Derives [`Config`](trait@Config) from the struct that serde reads.
pub use portcullis_plugin_derive::Config;
pub use random::{random_bytes, random_id};
pub use schema::Schema;
pub use secret::{granted_secrets, is_granted};
pub use value::Value;

pub use bindings::access::{AccessPage, Edge, Object, Permission, Subject};
pub use bindings::credentials::{Application, Credential};
pub use bindings::evaluation::Finding;
pub use bindings::imports::types::{Failure, Stamp};
pub use bindings::inventory::{Device, DevicePage};
pub use bindings::objects::{Change, Desired, Managed};
pub use bindings::supply::{Pool, Quota, SupplyPage};

/// What the macros expand to. Not for authors.
#[doc(hidden)]
pub mod rt {
    pub use crate::check::run_check;
    pub use crate::config::read as config;
    pub use crate::log::install_panic_hook;
    pub use crate::schema::{Kind, Property};
}
