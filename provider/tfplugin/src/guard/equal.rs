//! When two values of a type are the same value.

use crate::value::{Type, Value};

/// Whether `a` and `b` are the same value of type `ty`: sets without order, unknowns whatever is promised about them.
pub(super) fn same(a: &Value, b: &Value, ty: &Type) -> bool {
    match (ty, a, b) {
        (_, Value::Null, Value::Null) | (_, Value::Unknown(_), Value::Unknown(_)) => true,
        (Type::Dynamic, Value::Dynamic(a), Value::Dynamic(b)) => {
            a.ty == b.ty && same(&a.value, &b.value, &a.ty)
        }
        (Type::List(element), Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, element))
        }
        (Type::Set(element), Value::List(a), Value::List(b)) => {
            a.iter().all(|a| b.iter().any(|b| same(a, b, element)))
                && b.iter().all(|b| a.iter().any(|a| same(a, b, element)))
        }
        (Type::Tuple(types), Value::List(a), Value::List(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .zip(types)
                    .all(|((a, b), ty)| same(a, b, ty))
        }
        (Type::Map(element), Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((a_key, a), (b_key, b))| a_key == b_key && same(a, b, element))
        }
        (Type::Object(object), Value::Map(_), Value::Map(_)) => {
            let mut attributes = object.attributes.iter();
            attributes.all(|(name, ty)| same(a.part(name), b.part(name), ty))
        }
        _ => a == b,
    }
}
