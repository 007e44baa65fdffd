//! The Terraform plugin protocol, version 6, for Rust.
//!
//! A provider is a set of plain structs: the derive makes schema, decoder and encoder from one definition, and the
//! traits in this crate ask only for what differs from one resource to the next. Knows no domain of its own.

pub mod diagnostic;
pub mod proto;
pub mod schema;
pub mod serve;
pub mod value;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use value::{Path, Step, Type, Value};
