//! A generic plan, made as plans should be, never breaks the contract.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use tfplugin::guard::{Apply, Plan, Read, Replan};
use tfplugin::schema::{Attribute, AttributeType, Block, BlockNesting, Mode};
use tfplugin::value::{Type, Typed, Value};

use crate::sample::{connector, connectors, schema};

/// A text, a number or a collection of texts; sometimes null where that may be, sometimes unknown.
fn any_of(ty: &Type, nullable: bool) -> BoxedStrategy<Value> {
    let text = || prop_oneof!["a", "b", "c"].prop_map(Value::string);
    let known = match ty {
        Type::Number => (0..4_i64)
            .prop_map(|number| Value::Number(number.into()))
            .boxed(),
        Type::Set(_) => vec(text(), 0..3).prop_map(Value::List).boxed(),
        Type::Map(_) => btree_map("[ab]", text(), 0..3).prop_map(Value::Map).boxed(),
        _ => text().boxed(),
    };
    let null = if nullable {
        Just(Value::Null).boxed()
    } else {
        known.clone()
    };
    prop_oneof![4 => known, 2 => null, 1 => Just(Value::unknown())].boxed()
}

fn any_attribute(attribute: &Attribute) -> BoxedStrategy<Value> {
    match (&attribute.ty, attribute.mode) {
        (_, Mode::Computed) => Just(Value::Null).boxed(),
        (AttributeType::Plain(ty), mode) => any_of(ty, mode != Mode::Required),
        (AttributeType::Nested(nested), _) => {
            let objects = vec(any_object(&nested.attributes), 0..3).prop_map(Value::List);
            prop_oneof![4 => objects, 1 => Just(Value::Null), 1 => Just(Value::unknown())].boxed()
        }
    }
}

fn any_object(attributes: &[Attribute]) -> BoxedStrategy<Value> {
    let parts: Vec<_> = attributes
        .iter()
        .map(|one| (Just(one.name.clone()), any_attribute(one)))
        .collect();
    parts
        .prop_map(|parts| Value::Map(parts.into_iter().collect()))
        .boxed()
}

fn any_connectors() -> BoxedStrategy<Value> {
    let member = (any_of(&Type::String, false), proptest::option::of("[a-z]"));
    let member = member.prop_map(|(plugin, config)| connector(plugin, config.as_deref()));
    btree_map("[a-c]", member, 0..3)
        .prop_map(connectors)
        .boxed()
}

fn any_config(block: &Block) -> BoxedStrategy<Value> {
    let mut parts = vec![any_object(&block.attributes)];
    for nested in &block.blocks {
        let name = nested.name.clone();
        let inner = || any_config(&nested.block);
        let blocks = match nested.nesting {
            BlockNesting::Single { .. } => prop_oneof![inner(), Just(Value::Null)].boxed(),
            BlockNesting::Labelled => any_connectors(),
            _ => {
                let blocks = vec(inner(), 0..3).prop_map(Value::List);
                prop_oneof![6 => blocks, 1 => Just(Value::unknown())].boxed()
            }
        };
        parts.push(
            blocks
                .prop_map(move |blocks| Value::Map([(name.clone(), blocks)].into()))
                .boxed(),
        );
    }
    let merged = parts.prop_map(|parts| {
        let entries = parts.into_iter().flat_map(|part| match part {
            Value::Map(entries) => entries,
            _ => BTreeMap::new(),
        });
        Value::Map(entries.collect())
    });
    merged.boxed()
}

fn plan_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    match (&attribute.ty, config) {
        (_, Value::Null) if attribute.mode.is_computed() && prior.is_null() => Value::unknown(),
        (_, Value::Null) if attribute.mode.is_computed() => prior.clone(),
        (AttributeType::Nested(nested), Value::List(items)) => {
            let items = items.iter().enumerate();
            let planned = items.map(|(index, item)| {
                let prior = prior.items().get(index).unwrap_or(&Value::Null);
                plan_object(&nested.attributes, prior, item)
            });
            Value::List(planned.collect())
        }
        (_, config) => config.clone(),
    }
}

fn plan_object(attributes: &[Attribute], prior: &Value, config: &Value) -> Value {
    let parts = attributes.iter().map(|attribute| {
        let (prior, config) = (prior.part(&attribute.name), config.part(&attribute.name));
        (
            attribute.name.clone(),
            plan_attribute(attribute, prior, config),
        )
    });
    Value::Map(parts.collect())
}

fn plan_block(block: &Block, prior: &Value, config: &Value) -> Value {
    let Value::Map(mut planned) = plan_object(&block.attributes, prior, config) else {
        return Value::Null;
    };
    for nested in &block.blocks {
        let (prior, config) = (prior.part(&nested.name), config.part(&nested.name));
        let blocks = match (nested.nesting, config) {
            (BlockNesting::Single { .. }, Value::Map(_)) => {
                plan_block(&nested.block, prior, config)
            }
            (BlockNesting::List { .. }, Value::List(items)) => {
                let items = items.iter().enumerate();
                let planned = items.map(|(index, item)| {
                    let prior = prior.items().get(index).unwrap_or(&Value::Null);
                    plan_block(&nested.block, prior, item)
                });
                Value::List(planned.collect())
            }
            (_, config) => config.clone(),
        };
        planned.insert(nested.name.clone(), blocks);
    }
    Value::Map(planned)
}

/// What becomes of a value once everything is known.
fn decided(value: &Value, ty: &Type) -> Value {
    match (ty, value) {
        (Type::Number, Value::Unknown(_)) => Value::Number(7_i64.into()),
        (Type::String, Value::Unknown(_)) => Value::string("decided"),
        (Type::List(_) | Type::Set(_), Value::Unknown(_)) => Value::List(Vec::new()),
        (_, Value::Unknown(_)) => Value::Map(BTreeMap::new()),
        (Type::List(element) | Type::Set(element), Value::List(items)) => {
            Value::List(items.iter().map(|item| decided(item, element)).collect())
        }
        (Type::Object(object), Value::Map(parts)) => {
            let parts = parts
                .iter()
                .map(|(name, part)| (name.clone(), decided(part, &object.attributes[name])));
            Value::Map(parts.collect())
        }
        (Type::Dynamic, Value::Dynamic(typed)) => Value::Dynamic(Box::new(Typed {
            ty: typed.ty.clone(),
            value: decided(&typed.value, &typed.ty),
        })),
        (_, value) => value.clone(),
    }
}

/// Plans and applies `config` over `prior` twice, as core does, and gives the state.
fn run(prior: &Value, config: &Value) -> Result<Value, TestCaseError> {
    let schema = schema();
    let ty = schema.block.implied_type();
    let judged = |config: &Value| {
        let planned = plan_block(&schema.block, prior, config);
        let breaches = Plan {
            schema,
            prior,
            config,
            planned: &planned,
            requires_replace: &[],
            legacy_type_system: false,
            prior_identity: None,
            planned_identity: None,
        }
        .breaches();
        prop_assert_eq!(breaches, []);
        Ok(planned)
    };
    let first = judged(config)?;
    let second = judged(&decided(config, &ty))?;
    let again = Replan {
        schema,
        prior,
        first: &first,
        first_replaces: false,
        second: &second,
        second_replaces: false,
    };
    prop_assert_eq!(again.breaches(), []);
    let new = decided(&second, &ty);
    let applied = Apply {
        schema,
        prior,
        planned: &second,
        new: &new,
        failed: false,
        legacy_type_system: false,
        planned_identity: None,
        new_identity: None,
    };
    prop_assert_eq!(applied.breaches(), []);
    let read = Read {
        schema,
        new: &new,
        prior_identity: None,
        new_identity: None,
    };
    prop_assert_eq!(read.breaches(), []);
    Ok(new)
}

/// 10,000 cases, or as many as the environment asks for with `PROPTEST_CASES`.
fn cases() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked {
        ProptestConfig::default()
    } else {
        ProptestConfig::with_cases(10_000)
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_correct_provider_never_breaks_the_contract(
        created in any_config(&schema().block),
        changed in any_config(&schema().block),
    ) {
        let state = run(&Value::Null, &created)?;
        run(&state, &changed)?;
    }
}
