//! Rule 4: write-only values are null in every answer.

use super::{Breach, Rule};
use crate::schema::{Attribute, AttributeType, Block, BlockNesting, Nested, NestedNesting};
use crate::value::{Path, Value};

/// Every write-only attribute that `value`, of type `block`, holds a value for.
pub(super) fn breaches(block: &Block, value: &Value) -> Vec<Breach> {
    let mut found = Vec::new();
    in_block(block, value, &Path::root(), &mut found);
    found
}

fn in_block(block: &Block, value: &Value, path: &Path, found: &mut Vec<Breach>) {
    for attribute in &block.attributes {
        let part = value.part(&attribute.name);
        in_attribute(attribute, part, &path.attribute(&attribute.name), found);
    }
    for nested in &block.blocks {
        let part = value.part(&nested.name);
        let path = path.attribute(&nested.name);
        match nested.nesting {
            BlockNesting::Single { .. } => in_block(&nested.block, part, &path, found),
            _ => each(part, &path, |value, path| {
                in_block(&nested.block, value, path, found)
            }),
        }
    }
}

fn in_attribute(attribute: &Attribute, value: &Value, path: &Path, found: &mut Vec<Breach>) {
    if attribute.write_only {
        if !value.is_null() {
            found.push(Breach::value(Rule::WriteOnly, path, "`null`", value));
        }
    } else if let AttributeType::Nested(nested) = &attribute.ty {
        in_objects(nested, value, path, found);
    }
}

fn in_objects(nested: &Nested, value: &Value, path: &Path, found: &mut Vec<Breach>) {
    let mut object = |value: &Value, path: &Path| {
        for attribute in &nested.attributes {
            let part = value.part(&attribute.name);
            in_attribute(attribute, part, &path.attribute(&attribute.name), found);
        }
    };
    match nested.nesting {
        NestedNesting::Single => object(value, path),
        NestedNesting::List | NestedNesting::Set | NestedNesting::Map => each(value, path, object),
    }
}

/// Visits the elements of a collection with their paths.
pub(super) fn each(value: &Value, path: &Path, mut visit: impl FnMut(&Value, &Path)) {
    match value.bare() {
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &path.index(index));
            }
        }
        Value::Map(entries) => {
            for (key, item) in entries {
                visit(item, &path.key(key));
            }
        }
        _ => {}
    }
}
