//! What no set may hold: members of a set are told apart by nothing but their whole value.

use super::Check;
use crate::schema::{Attribute, AttributeType, Block};
use crate::value::Path;

impl Check<'_> {
    /// The blocks of a set, at the outermost set on the way.
    pub(super) fn set_of_blocks(&mut self, block: &Block, path: &Path) {
        if block.implied_type().has_dynamic() {
            self.found(
                path,
                "a set cannot hold an attribute of dynamic type: use a list or labels",
            );
        }
        self.block_in_set(block, path);
    }

    /// The objects of a set attribute. That they hold nothing dynamic is checked for every collection.
    pub(super) fn set_of_objects(&mut self, attributes: &[Attribute], path: &Path) {
        self.attributes_in_set(attributes, path);
    }

    fn block_in_set(&mut self, block: &Block, path: &Path) {
        self.attributes_in_set(&block.attributes, path);
        for nested in &block.blocks {
            self.block_in_set(&nested.block, &path.attribute(&nested.name));
        }
    }

    fn attributes_in_set(&mut self, attributes: &[Attribute], path: &Path) {
        for attribute in attributes {
            let path = path.attribute(&attribute.name);
            if attribute.write_only {
                self.found(
                    &path,
                    "a set cannot hold a write-only attribute: use a list or labels",
                );
            }
            if attribute.mode.is_computed() {
                let what =
                    "a computed value in a set cannot follow its member: use a list or labels";
                self.found(&path, what);
            }
            if let AttributeType::Nested(nested) = &attribute.ty {
                self.attributes_in_set(&nested.attributes, &path);
            }
        }
    }
}
