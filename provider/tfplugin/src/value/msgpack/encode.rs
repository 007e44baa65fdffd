//! Values to bytes.

use std::collections::BTreeMap;

use super::refinement;
use super::sink::Sink;
use crate::value::trail::Trail;
use crate::value::{EncodeError, EncodeProblem, ObjectType, Type, Value};

type Encoded = Result<(), EncodeError>;

/// Writes `value` as one of type `ty`.
///
/// # Errors
/// When `value` is not of that type, or an unknown in it is refined to what no value can be.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut out = Sink::new();
    write(&mut out, value, ty, &Trail::Root)?;
    Ok(out.into_bytes())
}

fn write(out: &mut Sink, value: &Value, ty: &Type, trail: &Trail<'_>) -> Encoded {
    let at = |problem: EncodeProblem| problem.at(trail);
    match (ty, value) {
        (_, Value::Null) => out.nil(),
        (_, Value::Unknown(refined)) => refinement::encode(out, refined, ty).map_err(at)?,
        (Type::Dynamic, Value::Dynamic(typed)) => {
            out.array(2).map_err(at)?;
            out.bytes(&typed.ty.to_json_bytes()).map_err(at)?;
            write(out, &typed.value, &typed.ty, trail)?;
        }
        (Type::Dynamic, _) => return Err(at(EncodeProblem::Untyped)),
        (Type::Bool, Value::Bool(truth)) => out.bool(*truth),
        (Type::Number, Value::Number(number)) => out.number(number).map_err(at)?,
        (Type::String, Value::String(text)) => out.text(text).map_err(at)?,
        (Type::List(element), Value::List(items)) => {
            out.array(items.len()).map_err(at)?;
            for (index, item) in items.iter().enumerate() {
                write(out, item, element, &Trail::Index(trail, index))?;
            }
        }
        (Type::Set(element), Value::List(items)) => {
            out.array(items.len()).map_err(at)?;
            for item in items {
                write(out, item, element, &Trail::Member(trail))?;
            }
        }
        (Type::Tuple(types), Value::List(items)) => {
            let (expected, found) = (types.len(), items.len());
            if expected != found {
                return Err(at(EncodeProblem::Count { expected, found }));
            }
            out.array(found).map_err(at)?;
            for (index, (item, ty)) in items.iter().zip(types).enumerate() {
                write(out, item, ty, &Trail::Index(trail, index))?;
            }
        }
        (Type::Map(element), Value::Map(entries)) => {
            out.map(entries.len()).map_err(at)?;
            for (key, value) in entries {
                out.text(key).map_err(at)?;
                write(out, value, element, &Trail::Key(trail, key))?;
            }
        }
        (Type::Object(ty), Value::Map(attributes)) => object(out, attributes, ty, trail)?,
        (ty, value) => return Err(at(EncodeProblem::mismatch(ty, value))),
    }
    Ok(())
}

fn object(
    out: &mut Sink,
    attributes: &BTreeMap<String, Value>,
    ty: &ObjectType,
    trail: &Trail<'_>,
) -> Encoded {
    ty.conform(attributes)
        .map_err(|problem| problem.at(trail))?;
    out.map(attributes.len())
        .map_err(|problem| problem.at(trail))?;
    for ((name, value), ty) in attributes.iter().zip(ty.attributes.values()) {
        out.text(name).map_err(|problem| problem.at(trail))?;
        write(out, value, ty, &Trail::Attribute(trail, name))?;
    }
    Ok(())
}
