//! Schemas: what a block of configuration may hold, as data.
//!
//! One definition serves the wire, the decoder, the reference pages and the schema JSON.

mod attribute;
mod block;
pub mod check;
mod function;
mod implied;
mod json;
mod provider;
mod wire;

pub use attribute::{Attribute, AttributeType, Mode, Nested, NestedNesting};
pub use block::{Block, BlockNesting, NestedBlock};
pub use function::{Function, Parameter};
pub use provider::ProviderSchema;

/// A versioned block: the schema of a provider, resource, data source or ephemeral resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// Rises when stored state needs an upgrade to be read.
    pub version: i64,
    /// The root block.
    pub block: Block,
}

impl Schema {
    /// The attributes that identify a resource of this schema, in order; all are needed to import one by identity.
    pub fn identity(&self) -> impl Iterator<Item = &Attribute> {
        self.block.attributes.iter().filter(|one| one.identity)
    }
}
