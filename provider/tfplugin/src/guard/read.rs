//! Rules 4, 11 and 13: what ReadResource and ImportResourceState may answer.

use super::apply::unknowns;
use super::{Breach, Rule, identity, secret, write_only};
use crate::schema::{Block, BlockNesting, Schema};
use crate::value::{Path, Value, msgpack};

/// State as it was read or imported.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    /// The resource's schema.
    pub schema: &'a Schema,
    /// The answer; null where the object is gone.
    pub new: &'a Value,
    /// The identity before, where the resource has any.
    pub prior_identity: Option<&'a Value>,
    /// The answer's identity, where the resource has any.
    pub new_identity: Option<&'a Value>,
}

impl Read<'_> {
    /// Every rule that the answer breaks.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        if self.new.is_null() {
            return Vec::new();
        }
        let block = &self.schema.block;
        let mut found = Vec::new();
        if let Err(error) = msgpack::encode(self.new, &block.implied_type()) {
            let expected = "a value of the schema's type";
            found.push(Breach::new(
                Rule::Read,
                &error.path,
                expected,
                error.problem.to_string(),
            ));
        }
        unknowns(Rule::Read, self.new, &mut found);
        null_collections(block, self.new, &Path::root(), &mut found);
        found.extend(write_only::breaches(block, self.new));
        found.extend(identity::breaches(
            self.prior_identity,
            self.new_identity,
            false,
        ));
        secret::redact(block, found)
    }
}

/// Collections of blocks are empty, never null, when there are no blocks.
fn null_collections(block: &Block, value: &Value, path: &Path, found: &mut Vec<Breach>) {
    for nested in &block.blocks {
        let part = value.part(&nested.name);
        let path = path.attribute(&nested.name);
        let single = matches!(nested.nesting, BlockNesting::Single { .. });
        if part.is_null() && !single {
            let expected = "an empty collection where there are no blocks";
            found.push(Breach::value(Rule::Read, &path, expected, part));
        } else if single && !part.is_null() {
            null_collections(&nested.block, part, &path, found);
        } else {
            write_only::each(part, &path, |value, path| {
                null_collections(&nested.block, value, path, found);
            });
        }
    }
}
