//! What is promised about an unknown value, as extension 12.
//!
//! The body is a map: 1 whether it is null, 2 the prefix of a string, 3 and 4 the bounds of a number as
//! `[number, inclusive]`, 5 and 6 the least and greatest length of a collection.

use super::decode::number;
use super::reader::{Reader, Token};
use super::sink::Sink;
use crate::value::{Bound, DecodeProblem, EncodeProblem, Refinement, Type, Value};

/// The extension that carries a refinement.
const REFINED: i8 = 12;
/// Longest body that is read: core refuses longer ones too.
const BODY_MAX: usize = 1024;

const NULLNESS: u64 = 1;
const PREFIX: u64 = 2;
const LOWER: u64 = 3;
const UPPER: u64 = 4;
const LENGTH_MIN: u64 = 5;
const LENGTH_MAX: u64 = 6;

/// Reads the body of extension `kind` as an unknown value of type `ty`; one that is promised to be null is null.
pub(super) fn decode(kind: i8, body: &[u8], ty: &Type) -> Result<Value, DecodeProblem> {
    // One byte or none is how a plain unknown is written, whatever the extension. Refinements of a dynamic value mean
    // nothing until its type is known.
    if kind != REFINED || body.len() <= 1 || *ty == Type::Dynamic {
        return Ok(Value::unknown());
    }
    if body.len() > BODY_MAX {
        return Err(DecodeProblem::Refinement);
    }
    let mut reader = Reader::new(body);
    let Token::Map(entries) = reader.token()? else {
        return Err(DecodeProblem::Refinement);
    };
    let mut refinement = Refinement::default();
    for _ in 0..entries {
        let Token::Uint(key) = reader.token()? else {
            return Err(DecodeProblem::Refinement);
        };
        match key {
            NULLNESS => match reader.token()? {
                Token::Bool(true) => return Ok(Value::Null),
                Token::Bool(false) => refinement.not_null = true,
                _ => return Err(DecodeProblem::Refinement),
            },
            PREFIX if *ty == Type::String => refinement.prefix = Some(prefix(&mut reader)?),
            LOWER if *ty == Type::Number => refinement.lower = Some(bound(&mut reader)?),
            UPPER if *ty == Type::Number => refinement.upper = Some(bound(&mut reader)?),
            LENGTH_MIN if ty.is_collection() => refinement.length_min = Some(length(&mut reader)?),
            LENGTH_MAX if ty.is_collection() => refinement.length_max = Some(length(&mut reader)?),
            PREFIX..=LENGTH_MAX => return Err(DecodeProblem::Refinement),
            // A promise of a later protocol.
            _ => reader.skip()?,
        }
    }
    if refinement.contradicts_itself() {
        return Err(DecodeProblem::Refinement);
    }
    Ok(Value::Unknown(refinement))
}

fn prefix(reader: &mut Reader<'_>) -> Result<String, DecodeProblem> {
    match reader.token()? {
        Token::Text(bytes) | Token::Bytes(bytes) => std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| DecodeProblem::Utf8),
        _ => Err(DecodeProblem::Refinement),
    }
}

fn length(reader: &mut Reader<'_>) -> Result<u64, DecodeProblem> {
    match reader.token()? {
        Token::Uint(length) => Ok(length),
        // Signed encodings of what fits in unsigned ones are legal; a negative length is not.
        Token::Int(length) => u64::try_from(length).map_err(|_| DecodeProblem::Refinement),
        _ => Err(DecodeProblem::Refinement),
    }
}

fn bound(reader: &mut Reader<'_>) -> Result<Bound, DecodeProblem> {
    let Token::Array(2) = reader.token()? else {
        return Err(DecodeProblem::Refinement);
    };
    let number = number(&reader.token()?).ok_or(DecodeProblem::Refinement)?;
    let number = number.map_err(DecodeProblem::Number)?;
    let Token::Bool(inclusive) = reader.token()? else {
        return Err(DecodeProblem::Refinement);
    };
    Ok(Bound { number, inclusive })
}

/// Writes an unknown value of type `ty`. Promises that have no meaning for the type are left out.
pub(super) fn encode(
    out: &mut Sink,
    refinement: &Refinement,
    ty: &Type,
) -> Result<(), EncodeProblem> {
    if refinement.contradicts_itself() {
        return Err(EncodeProblem::Contradiction);
    }
    let mut entries = 0;
    let mut body = Sink::new();
    if refinement.not_null && *ty != Type::Dynamic {
        entries += 1;
        body.uint(NULLNESS);
        body.bool(false);
    }
    let prefix = refinement
        .prefix
        .as_deref()
        .filter(|prefix| !prefix.is_empty());
    if let (Type::String, Some(prefix)) = (ty, prefix) {
        entries += 1;
        body.uint(PREFIX);
        body.text(prefix)?;
    }
    if *ty == Type::Number {
        for (key, bound) in [(LOWER, &refinement.lower), (UPPER, &refinement.upper)] {
            let Some(bound) = bound else { continue };
            entries += 1;
            body.uint(key);
            body.array(2)?;
            body.number(&bound.number)?;
            body.bool(bound.inclusive);
        }
    }
    if ty.is_collection() {
        let min = refinement.length_min.filter(|length| *length > 0);
        for (key, length) in [(LENGTH_MIN, min), (LENGTH_MAX, refinement.length_max)] {
            // Core reads lengths as signed; a longer one promises nothing.
            let Some(length) = length.filter(|length| i64::try_from(*length).is_ok()) else {
                continue;
            };
            entries += 1;
            body.uint(key);
            body.uint(length);
        }
    }
    // The header of so small a map is one byte.
    let size = body.as_bytes().len() + 1;
    if entries == 0 || size > BODY_MAX {
        out.raw(&[0xd4, 0, 0]);
        return Ok(());
    }
    out.extension(REFINED, size)?;
    out.map(entries)?;
    out.raw(body.as_bytes());
    Ok(())
}
