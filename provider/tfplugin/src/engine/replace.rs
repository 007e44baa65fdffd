//! Which changes replace a resource.

use crate::field::At;
use crate::schema::{Attribute, AttributeType, Block, BlockNesting, NestedBlock, NestedNesting};
use crate::value::{Path, Value};

/// The paths of all values declared `replace` that differ between `prior` and `planned`.
pub(crate) fn paths(block: &Block, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    members(
        &block.attributes,
        &block.blocks,
        prior,
        planned,
        &At::root(),
        &mut paths,
    );
    paths
}

fn members(
    attributes: &[Attribute],
    blocks: &[NestedBlock],
    prior: &Value,
    planned: &Value,
    at: &At<'_>,
    paths: &mut Vec<Path>,
) {
    for attribute in attributes {
        let (before, after) = (part(prior, &attribute.name), part(planned, &attribute.name));
        if before == after {
            continue;
        }
        let at = at.attribute(&attribute.name);
        if attribute.replace {
            paths.push(at.path());
        } else if let AttributeType::Nested(nested) = &attribute.ty {
            let inner = Inner {
                attributes: &nested.attributes,
                blocks: &[],
            };
            match nested.nesting {
                NestedNesting::Single => inner.object(before, after, &at, paths),
                NestedNesting::List => inner.list(before, after, &at, paths),
                NestedNesting::Map => inner.map(before, after, &at, paths),
                NestedNesting::Set => inner.set(before, after, &at, paths),
            }
        }
    }
    for block in blocks {
        let (before, after) = (part(prior, &block.name), part(planned, &block.name));
        if before == after {
            continue;
        }
        let at = at.attribute(&block.name);
        let inner = Inner {
            attributes: &block.block.attributes,
            blocks: &block.block.blocks,
        };
        match block.nesting {
            BlockNesting::Single { .. } => inner.object(before, after, &at, paths),
            BlockNesting::List { .. } => inner.list(before, after, &at, paths),
            BlockNesting::Labelled => inner.map(before, after, &at, paths),
            BlockNesting::Set { .. } => inner.set(before, after, &at, paths),
        }
    }
}

/// What is inside one nested attribute or block.
struct Inner<'a> {
    attributes: &'a [Attribute],
    blocks: &'a [NestedBlock],
}

impl Inner<'_> {
    fn object(&self, before: &Value, after: &Value, at: &At<'_>, paths: &mut Vec<Path>) {
        members(self.attributes, self.blocks, before, after, at, paths);
    }

    fn list(&self, before: &Value, after: &Value, at: &At<'_>, paths: &mut Vec<Path>) {
        let (before, after) = (list_of(before), list_of(after));
        for index in 0..before.len().max(after.len()) {
            let before = before.get(index).unwrap_or(&Value::Null);
            let after = after.get(index).unwrap_or(&Value::Null);
            self.object(before, after, &at.index(index), paths);
        }
    }

    fn map(&self, before: &Value, after: &Value, at: &At<'_>, paths: &mut Vec<Path>) {
        for (key, before) in map_of(before) {
            self.object(before, part(after, key), &at.key(key), paths);
        }
        for (key, after) in map_of(after).filter(|(key, _)| part(before, key).is_null()) {
            self.object(&Value::Null, after, &at.key(key), paths);
        }
    }

    /// Members of sets have no address: any change that would replace is at the set itself.
    fn set(&self, before: &Value, after: &Value, at: &At<'_>, paths: &mut Vec<Path>) {
        let mut inside = Vec::new();
        let at = at.member();
        for after in list_of(after)
            .iter()
            .filter(|after| !list_of(before).contains(after))
        {
            self.object(&Value::Null, after, &at, &mut inside);
        }
        for before in list_of(before)
            .iter()
            .filter(|before| !list_of(after).contains(before))
        {
            self.object(before, &Value::Null, &at, &mut inside);
        }
        paths.extend(inside.pop());
    }
}

fn part<'a>(object: &'a Value, name: &str) -> &'a Value {
    match object {
        Value::Map(parts) => parts.get(name).unwrap_or(&Value::Null),
        _ => &Value::Null,
    }
}

fn list_of(value: &Value) -> &[Value] {
    match value {
        Value::List(elements) => elements,
        _ => &[],
    }
}

fn map_of(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    match value {
        Value::Map(parts) => Some(parts.iter()),
        _ => None,
    }
    .into_iter()
    .flatten()
}
