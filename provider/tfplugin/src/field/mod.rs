//! Fields: how the members of a Rust struct are the attributes and blocks of a schema.
//!
//! The wrapper of a field is its mode ([`Required`], [`Optional`], [`OptionalComputed`], [`Computed`]) or its nesting
//! ([`RequiredBlock`], [`OptionalBlock`], [`BlockList`], [`BlockSet`], [`LabelledBlocks`]); what is inside the wrapper
//! gives wire type and parser ([`Content`]). The derive of [`Schema`] does the rest:
//!
//! ```
//! use tfplugin::field::{Computed, Optional, Required};
//! use tfplugin::{Outcome, Schema};
//!
//! /// A queue that jobs wait in.
//! #[derive(Debug, Clone, Schema)]
//! struct Queue {
//!     /// Its name, unique in the cluster.
//!     #[tf(replace)]
//!     name: Required<String>,
//!     /// How many jobs may wait. No limit when left out.
//!     depth_max: Optional<u32>,
//!     /// How many jobs wait now.
//!     #[tf(changes_with("depth_max"))]
//!     depth: Computed<u32>,
//! }
//!
//! impl Queue {
//!     fn is_bounded(&self) -> Outcome<bool> {
//!         Ok(self.depth_max.get()?.is_some()) // while it is unknown, `?` defers the question
//!     }
//! }
//! ```

mod at;
mod attribute;
mod block;
mod collection;
mod content;
mod dynamic;
mod fields;
mod nested;
mod number;
mod state;
mod text;

pub use at::At;
pub use attribute::{Computed, Optional, OptionalComputed, Required};
pub use block::{BlockList, BlockSet, LabelledBlocks, OptionalBlock, RequiredBlock};
pub use content::Content;
pub use dynamic::Dynamic;
pub use fields::{Decode, Fields, Options, decimal, object};
pub use nested::{Nested, NestedSet};
pub use state::Field;
pub use text::{Text, parse_failure};

use crate::diagnostic::Diagnostics;
use crate::schema::Block;
use crate::value::Value;

/// A struct whose fields are attributes and blocks. Derived, not written by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no schema",
    label = "add `#[derive(Schema)]` to `{Self}`"
)]
pub trait Schema: Sized + Clone + Send + Sync + 'static {
    /// Whether it holds a value of any type, itself or inside.
    const DYNAMIC: bool;

    /// Its schema. Built anew by each call: servers call it once.
    fn block() -> Block;

    /// Reads an object of this schema. Every field is read before the first failure counts, so that one round shows
    /// all mistakes; nothing comes back when `diagnostics` got an error.
    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// Writes it.
    fn encode(&self) -> Value;

    /// Takes over the form that `prior` has, wherever both mean the same.
    fn keep_form(&mut self, prior: &Self);

    /// Whether both mean the same.
    fn means(&self, other: &Self) -> bool;
}

/// One field of a [`Schema`] struct: the wrappers of this module, and nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an attribute nor a block",
    label = "wrap it: Required, Optional, OptionalComputed, Computed, or one of the block wrappers"
)]
pub trait Member: Sized + Clone {
    /// Whether it holds a value of any type, itself or inside.
    const DYNAMIC: bool;

    /// Adds it to the schema.
    fn declare(name: &str, description: &str, options: Options, block: &mut Block);

    /// Reads it; nothing comes back when `diagnostics` got an error.
    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// Writes it.
    fn encode(&self) -> Value;

    /// Takes over the form that `prior` has, wherever both mean the same.
    fn keep_form(&mut self, prior: &Self);

    /// Whether both mean the same.
    fn means(&self, other: &Self) -> bool;
}
