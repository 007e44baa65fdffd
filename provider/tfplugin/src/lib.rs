//! The Terraform plugin protocol, version 6, for Rust.
//!
//! A provider is a set of plain structs: the derive makes schema, decoder and encoder from one definition, and the
//! traits in this crate ask only for what differs from one resource to the next. Knows no domain of its own.
//!
//! | to write | derive | implement | asked for |
//! |---|---|---|---|
//! | the provider | [`Schema`] | [`Provider`] | `configure` |
//! | a resource | [`Schema`] | [`Resource`] | `create`, `read`, `update`, `delete`; `plan` where the schema does not say it all |
//! | a data source | [`Schema`] | [`DataSource`] | `read` |
//! | an ephemeral resource | [`Schema`] | [`EphemeralResource`] | `open`; `renew` and `close` where it has to be |
//! | a function | [`function::Arguments`] | [`Function`] | `call` |
//! | a search for `terraform query` | [`Schema`] | [`ListResource`] | `list` |
//! | an action | [`Schema`] | [`Action`] | `invoke` |
//!
//! [`field`] tells how a struct becomes a schema, [`ProviderServer`] serves what was written, [`serve`] runs it as a
//! process. From the schema alone follow: defaults, what is kept and what is decided anew, replacement, write-only
//! values, import, identity, the upgrade of stored state, and the form of values that mean the same.
//!
//! A whole provider:
//!
//! ```no_run
#![doc = include_str!("../examples/minimal.rs")]
//! ```

pub mod action;
pub mod data_source;
pub mod diagnostic;
pub mod docs;
mod engine;
pub mod ephemeral;
pub mod field;
pub mod function;
pub mod guard;
pub mod list_resource;
mod outcome;
pub mod private;
pub mod proto;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod serve;
pub mod server;
pub mod value;

pub use action::Action;
pub use data_source::DataSource;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::EphemeralResource;
pub use field::Schema;
pub use function::Function;
pub use list_resource::ListResource;
pub use outcome::{Outcome, Report, Stop};
pub use provider::{Configure, Provider};
pub use resource::Resource;
pub use server::ProviderServer;
pub use tfplugin_derive::Schema;
pub use value::{Path, Step, Type, Value};
