//! Values of any type, and repeated blocks that hold one.
//!
//! Lists and maps have one element type. So when repeated blocks hold an attribute of any type, core sends all of them
//! as one dynamic value whose type says what each block holds: [`unfold`] and [`fold`] translate.

use crate::diagnostic::Diagnostics;
use crate::field::content::mismatch;
use crate::field::{At, Content, Schema};
use crate::schema::AttributeType;
use crate::value::{ObjectType, Type, Typed, Value};

/// A value of any type: what a practitioner writes freely, with the type that came with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dynamic(Typed);

impl Dynamic {
    /// The value with its type.
    #[must_use]
    pub fn typed(&self) -> &Typed {
        &self.0
    }

    /// The value as JSON, as `jsonencode` would write it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        json(&self.0.value)
    }
}

impl From<Typed> for Dynamic {
    fn from(typed: Typed) -> Self {
        Self(typed)
    }
}

impl Content for Dynamic {
    const DYNAMIC: bool = true;

    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Dynamic)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            Value::Dynamic(typed) => Some(Self(Typed::clone(typed))),
            _ => {
                mismatch("a value with its type", at, diagnostics);
                None
            }
        }
    }

    fn encode(&self) -> Value {
        Value::Dynamic(Box::new(self.0.clone()))
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null | Value::Unknown(_) => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number.to_string().parse().map_or_else(
            |_| serde_json::Value::String(number.to_string()),
            serde_json::Value::Number,
        ),
        Value::String(text) => text.as_str().into(),
        Value::List(elements) => elements.iter().map(json).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), json(value)))
            .collect(),
        Value::Dynamic(typed) => json(&typed.value),
    }
}

/// Repeated blocks that came as one dynamic value, as a list or map of blocks. `None` when they did not.
pub(super) fn unfold<T: Schema>(value: &Value) -> Option<Value> {
    let Value::Dynamic(folded) = value else {
        return None;
    };
    if !T::DYNAMIC {
        return None;
    }
    let block = T::block().implied_type();
    match (&folded.ty, &folded.value) {
        (Type::Object(ty), Value::Map(labelled)) => Some(Value::Map(
            labelled
                .iter()
                .zip(ty.attributes.values())
                .map(|((label, value), ty)| (label.clone(), typed(&block, ty, value)))
                .collect(),
        )),
        (Type::Tuple(types), Value::List(blocks)) => Some(Value::List(
            blocks
                .iter()
                .zip(types)
                .map(|(value, ty)| typed(&block, ty, value))
                .collect(),
        )),
        (_, other) => Some(other.clone()),
    }
}

/// The other way: one dynamic value for the list or map of blocks `value`, when `T` holds an attribute of any type.
pub(super) fn fold<T: Schema>(value: Value) -> Value {
    if !T::DYNAMIC {
        return value;
    }
    let block = T::block().implied_type();
    let (ty, value) = match value {
        Value::Map(labelled) => {
            let blocks = labelled.into_iter().map(|(label, value)| {
                let (ty, value) = inlined(&block, value);
                ((label.clone(), ty), (label, value))
            });
            let (attributes, blocks) = blocks.unzip();
            (
                Type::Object(ObjectType {
                    attributes,
                    ..ObjectType::default()
                }),
                Value::Map(blocks),
            )
        }
        Value::List(blocks) => {
            let blocks = blocks.into_iter().map(|value| inlined(&block, value));
            let (types, blocks) = blocks.unzip();
            (Type::Tuple(types), Value::List(blocks))
        }
        other => return other,
    };
    Value::Dynamic(Box::new(Typed { ty, value }))
}

/// `value` of concrete type `concrete` where the schema says `schema`: parts of any type get their type back.
fn typed(schema: &Type, concrete: &Type, value: &Value) -> Value {
    match (schema, concrete, value) {
        (_, _, Value::Null | Value::Unknown(_)) | (Type::Dynamic, Type::Dynamic, _) => {
            value.clone()
        }
        (Type::Dynamic, ty, value) => Value::Dynamic(Box::new(Typed {
            ty: ty.clone(),
            value: value.clone(),
        })),
        (Type::Object(schema), Type::Object(concrete), Value::Map(entries)) => {
            let part = |(name, value): (&String, &Value)| {
                let types = schema
                    .attributes
                    .get(name)
                    .zip(concrete.attributes.get(name));
                (
                    name.clone(),
                    types.map_or_else(|| value.clone(), |(s, c)| typed(s, c, value)),
                )
            };
            Value::Map(entries.iter().map(part).collect())
        }
        _ => value.clone(),
    }
}

/// `value` of the schema's type with the types of its parts of any type taken out: the concrete type, the bare value.
fn inlined(schema: &Type, value: Value) -> (Type, Value) {
    match (schema, value) {
        (Type::Dynamic, Value::Dynamic(typed)) => (typed.ty, typed.value),
        (Type::Object(schema), Value::Map(entries)) => {
            let parts = entries.into_iter().map(|(name, value)| {
                let ty = schema.attributes.get(&name).unwrap_or(&Type::Dynamic);
                let (ty, value) = inlined(ty, value);
                ((name.clone(), ty), (name, value))
            });
            let (attributes, entries) = parts.unzip();
            (
                Type::Object(ObjectType {
                    attributes,
                    ..ObjectType::default()
                }),
                Value::Map(entries),
            )
        }
        (ty, value) => (ty.clone(), value),
    }
}
