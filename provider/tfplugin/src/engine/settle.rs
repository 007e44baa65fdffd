//! What may be stored: nothing unknown, nothing write-only.

use crate::field::At;
use crate::schema::{Attribute, AttributeType, Block, BlockNesting, NestedBlock, NestedNesting};
use crate::value::{Path, Value};

/// `value` with every unknown replaced by what `prior` has there, or by null.
pub(crate) fn known(value: Value, prior: &Value) -> Value {
    match (value, prior) {
        (Value::Unknown(_), prior) if prior.is_wholly_known() => prior.clone(),
        (Value::Unknown(_), _) => Value::Null,
        (Value::List(elements), _) => Value::List(
            elements
                .into_iter()
                .map(|one| known(one, &Value::Null))
                .collect(),
        ),
        (Value::Map(parts), prior) => {
            let before = |name: &str| match prior {
                Value::Map(prior) => prior.get(name).unwrap_or(&Value::Null),
                _ => &Value::Null,
            };
            let settle = |(name, part): (String, Value)| {
                let part = known(part, before(&name));
                (name, part)
            };
            Value::Map(parts.into_iter().map(settle).collect())
        }
        (Value::Dynamic(mut typed), _) => {
            typed.value = known(typed.value, &Value::Null);
            Value::Dynamic(typed)
        }
        (value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)), _) => value,
    }
}

/// Where `value` is still unknown.
pub(crate) fn unknown_paths(value: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    collect_unknown(value, &At::root(), &mut paths);
    paths
}

fn collect_unknown(value: &Value, at: &At<'_>, paths: &mut Vec<Path>) {
    match value {
        Value::Unknown(_) => paths.push(at.path()),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_unknown(element, &at.index(index), paths);
            }
        }
        Value::Map(parts) => {
            for (name, part) in parts {
                collect_unknown(part, &at.attribute(name), paths);
            }
        }
        Value::Dynamic(typed) => collect_unknown(&typed.value, at, paths),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Makes every write-only attribute in `value` null.
pub(crate) fn forget_write_only(block: &Block, value: &mut Value) {
    for_each(
        &block.attributes,
        &block.blocks,
        value,
        &|attribute, value| {
            if attribute.write_only {
                *value = Value::Null;
            }
        },
    );
}

/// Calls `change` on every attribute in `value`, outer ones first.
pub(crate) fn for_each(
    attributes: &[Attribute],
    blocks: &[NestedBlock],
    value: &mut Value,
    change: &impl Fn(&Attribute, &mut Value),
) {
    let Value::Map(parts) = value else { return };
    for attribute in attributes {
        let Some(part) = parts.get_mut(&attribute.name) else {
            continue;
        };
        change(attribute, part);
        if let AttributeType::Nested(nested) = &attribute.ty {
            let single = nested.nesting == NestedNesting::Single;
            objects(single, part, &mut |object| {
                for_each(&nested.attributes, &[], object, change)
            });
        }
    }
    for nested in blocks {
        let Some(part) = parts.get_mut(&nested.name) else {
            continue;
        };
        let block = &nested.block;
        let single = matches!(nested.nesting, BlockNesting::Single { .. });
        objects(single, part, &mut |object| {
            for_each(&block.attributes, &block.blocks, object, change);
        });
    }
}

/// Calls `inner` on `value`, or on each object of it when it is a collection.
fn objects(single: bool, value: &mut Value, inner: &mut dyn FnMut(&mut Value)) {
    match value {
        object if single => inner(object),
        Value::List(elements) => elements.iter_mut().for_each(inner),
        Value::Map(entries) => entries.values_mut().for_each(inner),
        Value::Dynamic(typed) => objects(false, &mut typed.value, inner),
        _ => {}
    }
}
