//! What the schema alone says about a plan: defaults, kept values, values to be decided.
//!
//! Works from configuration and prior state rather than from the proposed state that core sends: "left out" is what
//! defaults stand for, and the proposed state does not say it. Sets are planned as they are written: schema checks
//! refuse computed values in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{
    Attribute, AttributeType, Block, BlockNesting, Mode, Nested, NestedBlock, NestedNesting,
};
use crate::value::Value;

/// The planned state of `block` for this configuration. `prior` is null for what does not exist yet.
pub(crate) fn planned(block: &Block, config: &Value, prior: &Value) -> Value {
    object(
        &Members {
            attributes: &block.attributes,
            blocks: &block.blocks,
        },
        config,
        prior,
    )
}

/// The attributes and blocks of one object.
struct Members<'a> {
    attributes: &'a [Attribute],
    blocks: &'a [NestedBlock],
}

fn object(members: &Members<'_>, config: &Value, prior: &Value) -> Value {
    let Value::Map(written) = config else {
        return config.clone();
    };
    let prior = match prior {
        Value::Map(prior) => Some(prior),
        _ => None,
    };
    let mut planned = BTreeMap::new();
    for attribute in members.attributes {
        if let Some(value) = configured(attribute, part(written, &attribute.name), prior) {
            planned.insert(attribute.name.clone(), value);
        }
    }
    for block in members.blocks {
        let before = prior.map_or(&Value::Null, |prior| part(prior, &block.name));
        let value = nested_block(block, part(written, &block.name), before);
        planned.insert(block.name.clone(), value);
    }
    decide(members.attributes, &mut planned, prior);
    Value::Map(planned)
}

/// The value of an attribute that configuration or a default gives; nothing for one that is computed.
fn configured(
    attribute: &Attribute,
    written: &Value,
    prior: Option<&BTreeMap<String, Value>>,
) -> Option<Value> {
    if attribute.write_only {
        return Some(Value::Null);
    }
    let given = match attribute.mode {
        Mode::Required | Mode::Optional => written,
        Mode::OptionalComputed if !written.is_null() => written,
        Mode::OptionalComputed => attribute.default.as_ref()?,
        Mode::Computed => return None,
    };
    let before = prior.map_or(&Value::Null, |prior| part(prior, &attribute.name));
    Some(match &attribute.ty {
        AttributeType::Plain(_) => given.clone(),
        AttributeType::Nested(nested) => nested_attribute(nested, given, before),
    })
}

/// Adds the computed attributes: kept from `prior`, unless there is none or something they depend on has changed.
fn decide(
    attributes: &[Attribute],
    planned: &mut BTreeMap<String, Value>,
    prior: Option<&BTreeMap<String, Value>>,
) {
    let computed: Vec<_> = attributes
        .iter()
        .filter(|one| !planned.contains_key(&one.name))
        .collect();
    let Some(prior) = prior else {
        planned.extend(
            computed
                .into_iter()
                .map(|one| (one.name.clone(), Value::unknown())),
        );
        return;
    };
    let differs =
        |(name, value): (&String, &Value)| (part(prior, name) != value).then(|| name.clone());
    let mut changed: BTreeSet<String> = planned.iter().filter_map(differs).collect();
    // What is planned anew has changed itself, and others may depend on it.
    loop {
        let depends =
            |one: &&&Attribute| one.changes_with.iter().any(|name| changed.contains(name));
        let names = computed.iter().filter(depends).map(|one| one.name.clone());
        let more: Vec<_> = names.filter(|name| !changed.contains(name)).collect();
        if more.is_empty() {
            break;
        }
        changed.extend(more);
    }
    for one in computed {
        let anew = changed.contains(&one.name);
        let value = if anew {
            Value::unknown()
        } else {
            part(prior, &one.name).clone()
        };
        planned.insert(one.name.clone(), value);
    }
}

fn nested_attribute(nested: &Nested, written: &Value, prior: &Value) -> Value {
    let members = Members {
        attributes: &nested.attributes,
        blocks: &[],
    };
    match nested.nesting {
        NestedNesting::Single => object(&members, written, prior),
        NestedNesting::List => elements(&members, written, prior),
        NestedNesting::Set => written.clone(),
        NestedNesting::Map => entries(&members, written, prior),
    }
}

fn nested_block(nested: &NestedBlock, written: &Value, prior: &Value) -> Value {
    let members = Members {
        attributes: &nested.block.attributes,
        blocks: &nested.block.blocks,
    };
    match nested.nesting {
        BlockNesting::Single { .. } => object(&members, written, prior),
        BlockNesting::List { .. } => elements(&members, written, prior),
        BlockNesting::Set { .. } => written.clone(),
        BlockNesting::Labelled => entries(&members, written, prior),
    }
}

fn entries(members: &Members<'_>, written: &Value, prior: &Value) -> Value {
    let Value::Map(written) = written else {
        return written.clone();
    };
    let before = |key: &String| match prior {
        Value::Map(prior) => part(prior, key),
        _ => &Value::Null,
    };
    let entry =
        |(key, value): (&String, &Value)| (key.clone(), object(members, value, before(key)));
    Value::Map(written.iter().map(entry).collect())
}

/// The elements of a list. One with a declared key is followed wherever it moves, others stay at their index.
fn elements(members: &Members<'_>, written: &Value, prior: &Value) -> Value {
    let Value::List(written) = written else {
        return written.clone();
    };
    let prior = match prior {
        Value::List(prior) => prior.as_slice(),
        _ => &[],
    };
    let key = members
        .attributes
        .iter()
        .find(|one| one.key)
        .map(|one| one.name.as_str());
    let element = |(index, value): (usize, &Value)| {
        let before = match key {
            Some(key) => with_key(key, value, prior),
            None => prior.get(index),
        };
        object(members, value, before.unwrap_or(&Value::Null))
    };
    Value::List(written.iter().enumerate().map(element).collect())
}

fn with_key<'a>(key: &str, value: &Value, prior: &'a [Value]) -> Option<&'a Value> {
    let key_of = |value: &Value| match value {
        Value::Map(parts) => parts
            .get(key)
            .filter(|part| part.is_wholly_known())
            .cloned(),
        _ => None,
    };
    let wanted = key_of(value)?;
    prior
        .iter()
        .find(|candidate| key_of(candidate).as_ref() == Some(&wanted))
}

fn part<'a>(object: &'a BTreeMap<String, Value>, name: &str) -> &'a Value {
    object.get(name).unwrap_or(&Value::Null)
}
