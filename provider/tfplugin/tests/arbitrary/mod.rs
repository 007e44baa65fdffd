//! Arbitrary types and values of them.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use tfplugin::value::{Bound, Number, ObjectType, Refinement, Type, Typed, Value};

/// A type of up to three levels; dynamic wherever it may be.
pub(crate) fn any_type() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![
        Just(Type::Bool),
        Just(Type::Number),
        Just(Type::String),
        Just(Type::Dynamic),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let still = inner
            .clone()
            .prop_filter("no dynamic", |ty| !ty.has_dynamic());
        prop_oneof![
            inner.clone().prop_map(|ty| Type::List(Box::new(ty))),
            still.prop_map(|ty| Type::Set(Box::new(ty))),
            inner.clone().prop_map(|ty| Type::Map(Box::new(ty))),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map("[a-z_]{1,6}", inner, 0..4).prop_map(|attributes| {
                Type::Object(ObjectType {
                    attributes,
                    ..ObjectType::default()
                })
            }),
        ]
    })
    .boxed()
}

/// A number in any of the ways it may be written.
pub(crate) fn any_number() -> BoxedStrategy<Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        prop::num::f64::NORMAL.prop_map(|float| Number::try_from(float).unwrap()),
        "-?[0-9]{1,40}(\\.[0-9]{1,40})?(e-?[0-9]{1,2})?".prop_map(|text| text.parse().unwrap()),
    ]
    .boxed()
}

fn any_refinement(ty: &Type) -> BoxedStrategy<Refinement> {
    let plain = any::<bool>().prop_map(|not_null| Refinement {
        not_null,
        ..Refinement::default()
    });
    match ty {
        Type::Dynamic => Just(Refinement::default()).boxed(),
        Type::String => (plain, "[a-z/é-]{1,12}")
            .prop_map(|(plain, prefix)| Refinement {
                prefix: Some(prefix),
                ..plain
            })
            .boxed(),
        Type::Number => (plain, any_number(), any_number(), any::<(bool, bool)>())
            .prop_filter("a range", |(_, a, b, _)| a != b)
            .prop_map(|(plain, a, b, (lower, upper))| {
                let (low, high) = if a < b { (a, b) } else { (b, a) };
                Refinement {
                    lower: lower.then_some(Bound {
                        number: low,
                        inclusive: upper,
                    }),
                    upper: upper.then_some(Bound {
                        number: high,
                        inclusive: lower,
                    }),
                    ..plain
                }
            })
            .boxed(),
        ty if ty.is_collection() => (plain, 1..9_u64, 0..9_u64)
            .prop_map(|(plain, min, more)| Refinement {
                length_min: Some(min),
                length_max: Some(min + more),
                ..plain
            })
            .boxed(),
        _ => plain.boxed(),
    }
}

/// A value of type `ty`, null and (where allowed) unknown at any depth.
pub(crate) fn value_of(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    let known = known_value_of(ty, unknowns);
    if unknowns {
        let unknown = any_refinement(ty).prop_map(Value::Unknown);
        prop_oneof![6 => known, 1 => Just(Value::Null), 1 => unknown].boxed()
    } else {
        prop_oneof![6 => known, 1 => Just(Value::Null)].boxed()
    }
}

fn known_value_of(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => any_number().prop_map(Value::Number).boxed(),
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::Dynamic => {
            let concrete = prop_oneof![
                Just(Type::Bool),
                Just(Type::String),
                Just(Type::List(Box::new(Type::Number))),
                Just(Type::Object(ObjectType {
                    attributes: [("a".to_owned(), Type::String)].into(),
                    ..ObjectType::default()
                })),
            ];
            concrete
                .prop_flat_map(move |ty| (Just(ty.clone()), value_of(&ty, unknowns)))
                .prop_map(|(ty, value)| Value::Dynamic(Box::new(Typed { ty, value })))
                .boxed()
        }
        Type::List(element) | Type::Set(element) => vec(value_of(element, unknowns), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Map(element) => btree_map("[a-zA-Z0-9 ü]{0,8}", value_of(element, unknowns), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(elements) => {
            let elements: Vec<_> = elements.iter().map(|ty| value_of(ty, unknowns)).collect();
            elements.prop_map(Value::List).boxed()
        }
        Type::Object(object) => {
            let attributes = object.attributes.iter();
            let attributes =
                attributes.map(|(name, ty)| (Just(name.clone()), value_of(ty, unknowns)));
            let attributes: Vec<_> = attributes.collect();
            attributes
                .prop_map(|all| Value::Map(all.into_iter().collect()))
                .boxed()
        }
    }
}
