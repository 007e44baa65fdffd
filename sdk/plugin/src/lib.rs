//! Write a portcullis connector or check as a WebAssembly component.
//!
//! A check is one type with one function:
//!
//! ```
//! use portcullis_plugin::{Check, Failure, Finding, Manifest, Plan};
//!
//! struct OwnerRequired;
//!
//! impl Check for OwnerRequired {
//!     const MANIFEST: Manifest = Manifest::check("owner-required", "1.0.0", "Every pool has an owner");
//!     type Config = serde_json::Value;
//!
//!     fn run(plan: &Plan, _config: &Self::Config) -> Result<Vec<Finding>, Failure> {
//!         let pools = plan.of_type("portcullis_gpu_pool").filter(|pool| pool.text("owner").is_null());
//!         Ok(pools.map(|pool| {
//!             Finding::error("owner-missing", &pool.address).at("owner").summary("Pool without an owner")
//!         }).collect())
//!     }
//! }
//!
//! portcullis_plugin::export_check!(OwnerRequired);
//! ```
//!
//! Build it with crate type `cdylib` for `wasm32-unknown-unknown` and turn the result into a component with
//! `portcullis-componentize`. The host shows what the manifest asks for, and grants it or not.

#[doc(hidden)]
pub mod bindings;
mod check;
mod config;
mod connector;
mod failure;
mod finding;
mod http;
pub mod log;
mod manifest;
mod plan;

pub use check::Check;
pub use connector::Connector;
pub use http::{Request, Response};
pub use manifest::{HttpAccess, Manifest, SecretAccess};
pub use plan::{Attribute, Plan, Resource};

pub use bindings::evaluation::Finding;
pub use bindings::imports::types::Failure;
pub use bindings::inventory::{Device, DevicePage};

/// Seconds since 1970-01-01T00:00:00Z by the host's clock. Connectors only: a check has no time.
#[must_use]
pub fn now() -> u32 {
    bindings::imports::clock::now()
}

/// What the export macros expand to. Not for authors.
#[doc(hidden)]
pub mod rt {
    pub use crate::check::run_check;
    pub use crate::connector::list_inventory;
    pub use crate::log::install_panic_hook;
}
