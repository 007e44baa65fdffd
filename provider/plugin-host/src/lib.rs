//! The host of WebAssembly plugins: load, grant, limit, call. The only crate that touches wasmtime.
//!
//! A plugin is a guest. It runs only when `portcullis.lock` pins its file by digest; it may do what its manifest asks
//! for and HCL grants; every call has a fresh store with limits on time, memory and output; and whatever it does, the
//! result is a value or a [`PluginError`], and the next call works.

mod audit;
mod bindings;
mod cache;
mod call;
mod check;
mod compiler;
mod config_schema;
mod connector;
mod contract;
mod error;
mod explained;
mod grants;
mod guest;
mod host;
mod http;
mod imports;
mod inspect;
mod json;
mod keyring;
mod limits;
mod load;
pub mod lock;
mod manifest;
mod memory;
mod parts;
mod random;
mod record;
mod sandbox;
mod scrub;
mod secret;
mod section;
mod session;
mod surface;
mod text;
mod traffic;
pub mod trust;

pub use audit::{Audit, CallRecord};
pub use cache::Rebuilt;
pub use check::Check;
pub use compiler::{Compiler, compile_main};
pub use config_schema::{ConfigFault, ConfigSchema, ConfigStep};
pub use connector::Connector;
pub use error::PluginError;
pub use explained::Explained;
pub use grants::{AwsKeys, Grants, Phase};
pub use host::{Clock, Host, HostConfig};
pub use http::{Network, RequestOutcome, RequestRecord, Resolve, Resolving};
pub use inspect::Timing;
pub use keyring::{CommandSource, SecretSource};
pub use limits::{LIMIT_ATTRIBUTES, LimitAttribute, LimitUnit, Limits};
pub use lock::{Lock, PluginRef};
pub use manifest::{HttpAccess, Manifest, SecretAccess, SignatureAccess, World};
pub use record::{
    AccessFacts, Action, Application, Change, Credential, Desired, DeviceRecord, Edge, Effect,
    Finding, Managed, Mode, Object, Permission, Pool, Quota, Severity, Stamp, Subject, Supply,
};
pub use secret::Secret;
pub use surface::{Interface, Part, Surface};
