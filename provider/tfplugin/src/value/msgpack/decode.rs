//! Bytes to values.

use std::collections::BTreeMap;

use super::reader::{Reader, Token};
use super::refinement;
use crate::value::trail::Trail;
use crate::value::{
    DEPTH_MAX, DecodeError, DecodeProblem, Number, NumberError, ObjectType, Type, Typed, Value,
};

type Decoded = Result<Value, DecodeError>;

/// Reads a value of type `ty`.
///
/// # Errors
/// When `bytes` hold anything else, or anything more. Memory stays in proportion to `bytes`, whatever they announce.
pub fn decode(bytes: &[u8], ty: &Type) -> Decoded {
    let mut reader = Reader::new(bytes);
    let value = value(&mut reader, ty, &Trail::Root, 0)?;
    match reader.remaining() {
        0 => Ok(value),
        left => Err(DecodeProblem::Trailing(left).at(&Trail::Root)),
    }
}

fn value(reader: &mut Reader<'_>, ty: &Type, trail: &Trail<'_>, depth: usize) -> Decoded {
    if depth > DEPTH_MAX {
        return Err(DecodeProblem::TooDeep.at(trail));
    }
    let token = reader.token().map_err(|problem| problem.at(trail))?;
    match (ty, token) {
        (_, Token::Nil) => Ok(Value::Null),
        (_, Token::Extension(kind, body)) => {
            refinement::decode(kind, body, ty).map_err(|problem| problem.at(trail))
        }
        (Type::Dynamic, Token::Array(2)) => dynamic(reader, trail, depth),
        (Type::Bool, Token::Bool(truth)) => Ok(Value::Bool(truth)),
        (Type::String, Token::Text(bytes) | Token::Bytes(bytes)) => {
            text(bytes, trail).map(|text| Value::String(text.to_owned()))
        }
        (Type::List(element), Token::Array(count)) => (0..count)
            .map(|index| value(reader, element, &Trail::Index(trail, index), depth + 1))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Type::Set(element), Token::Array(count)) => (0..count)
            .map(|_| value(reader, element, &Trail::Member(trail), depth + 1))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Type::Tuple(elements), Token::Array(count)) => {
            tuple(reader, elements, count, trail, depth)
        }
        (Type::Map(element), Token::Map(count)) => map(reader, element, count, trail, depth),
        (Type::Object(ty), Token::Map(count)) => object(reader, ty, count, trail, depth),
        (Type::Number, token) => match number(&token) {
            Some(number) => number
                .map(Value::Number)
                .map_err(|e| DecodeProblem::Number(e).at(trail)),
            None => Err(mismatch(ty, &token, trail)),
        },
        (ty, token) => Err(mismatch(ty, &token, trail)),
    }
}

fn mismatch(ty: &Type, token: &Token<'_>, trail: &Trail<'_>) -> DecodeError {
    let (expected, found) = (ty.noun(), token.noun());
    DecodeProblem::Type { expected, found }.at(trail)
}

fn text<'a>(bytes: &'a [u8], trail: &Trail<'_>) -> Result<&'a str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|_| DecodeProblem::Utf8.at(trail))
}

/// A number in any of its encodings: integer, exact float, or decimal text where neither is exact.
pub(super) fn number(token: &Token<'_>) -> Option<Result<Number, NumberError>> {
    match *token {
        Token::Int(number) => Some(Ok(number.into())),
        Token::Uint(number) => Some(Ok(number.into())),
        Token::Float(number) => Some(Number::try_from(number)),
        Token::Text(bytes) | Token::Bytes(bytes) => Some(
            std::str::from_utf8(bytes)
                .map_err(|_| NumberError::Syntax)
                .and_then(str::parse),
        ),
        _ => None,
    }
}

/// The type and the value of a dynamic value, whose array was opened.
fn dynamic(reader: &mut Reader<'_>, trail: &Trail<'_>, depth: usize) -> Decoded {
    let ty = match reader.token().map_err(|problem| problem.at(trail))? {
        Token::Bytes(json) | Token::Text(json) => {
            Type::from_json_bytes(json).map_err(|e| DecodeProblem::DynamicType(e).at(trail))?
        }
        other => return Err(mismatch(&Type::Dynamic, &other, trail)),
    };
    let value = value(reader, &ty, trail, depth + 1)?;
    Ok(match ty {
        // A value that says of itself that it is dynamic has said nothing.
        Type::Dynamic => value,
        ty => Value::Dynamic(Box::new(Typed { ty, value })),
    })
}

fn tuple(
    reader: &mut Reader<'_>,
    elements: &[Type],
    found: usize,
    trail: &Trail<'_>,
    depth: usize,
) -> Decoded {
    let expected = elements.len();
    if found != expected {
        return Err(DecodeProblem::Count { expected, found }.at(trail));
    }
    let elements = elements.iter().enumerate();
    elements
        .map(|(index, ty)| value(reader, ty, &Trail::Index(trail, index), depth + 1))
        .collect::<Result<_, _>>()
        .map(Value::List)
}

fn key<'a>(reader: &mut Reader<'a>, trail: &Trail<'_>) -> Result<&'a str, DecodeError> {
    match reader.token().map_err(|problem| problem.at(trail))? {
        Token::Text(bytes) | Token::Bytes(bytes) => text(bytes, trail),
        other => Err(mismatch(&Type::String, &other, trail)),
    }
}

fn map(
    reader: &mut Reader<'_>,
    element: &Type,
    count: usize,
    trail: &Trail<'_>,
    depth: usize,
) -> Decoded {
    let mut entries = BTreeMap::new();
    for _ in 0..count {
        let key = key(reader, trail)?;
        let value = value(reader, element, &Trail::Key(trail, key), depth + 1)?;
        if entries.insert(key.to_owned(), value).is_some() {
            return Err(DecodeProblem::Duplicate(key.to_owned()).at(trail));
        }
    }
    Ok(Value::Map(entries))
}

fn object(
    reader: &mut Reader<'_>,
    ty: &ObjectType,
    found: usize,
    trail: &Trail<'_>,
    depth: usize,
) -> Decoded {
    let expected = ty.attributes.len();
    if found != expected {
        return Err(DecodeProblem::Count { expected, found }.at(trail));
    }
    // As many distinct, supported attributes as the type has are all of them.
    let mut attributes = BTreeMap::new();
    for _ in 0..found {
        let name = key(reader, trail)?;
        let Some(ty) = ty.attributes.get(name) else {
            return Err(DecodeProblem::Unsupported(name.to_owned()).at(trail));
        };
        let value = value(reader, ty, &Trail::Attribute(trail, name), depth + 1)?;
        if attributes.insert(name.to_owned(), value).is_some() {
            return Err(DecodeProblem::Duplicate(name.to_owned()).at(trail));
        }
    }
    Ok(Value::Map(attributes))
}
