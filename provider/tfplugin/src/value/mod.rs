//! Terraform values: what crosses the wire, before any Rust type is involved.

mod codec_error;
pub mod json;
pub mod msgpack;
mod number;
mod path;
mod refinement;
mod trail;
mod ty;
mod type_json;
mod walk;
mod wire;

pub use codec_error::{DecodeError, DecodeProblem, EncodeError, EncodeProblem};
pub use number::{DIGITS_MAX, Number, NumberError};
pub use path::{Path, Step};
pub use refinement::{Bound, Refinement};
pub use ty::{ObjectType, Type};
pub use type_json::TypeError;

use std::collections::BTreeMap;

/// Deepest nesting that the codecs follow. Real schemas stay below twenty.
pub const DEPTH_MAX: usize = 128;

/// A value of some [`Type`]. Null, unknown and known are three different states, at every depth.
///
/// A value alone does not know whether it is a list, a set or a tuple, nor whether it is a map or an object: the
/// type it is read or written with says so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// Absent: not written in configuration, or written as `null`.
    #[default]
    Null,
    /// Not decided yet; the refinement is what is promised about it already.
    Unknown(Refinement),
    /// `true` or `false`.
    Bool(bool),
    /// An exact number.
    Number(Number),
    /// Text, in Unicode NFC as core sends it.
    String(String),
    /// The elements of a list, a set (order without meaning) or a tuple.
    List(Vec<Value>),
    /// The elements of a map or the attributes of an object; an object carries all its attributes, nulls included.
    Map(BTreeMap<String, Value>),
    /// A value whose type travels with it, where the schema says [`Type::Dynamic`].
    Dynamic(Box<Typed>),
}

/// A value with its own type: the content of a dynamically typed attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The concrete type, never [`Type::Dynamic`] itself.
    pub ty: Type,
    /// The value, conforming to `ty`.
    pub value: Value,
}

impl Value {
    /// An unknown about which nothing is promised.
    #[must_use]
    pub fn unknown() -> Self {
        Self::Unknown(Refinement::default())
    }

    /// Text.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// Whether this is [`Value::Null`].
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this very value is unknown; its parts may still be when it is not.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether neither this value nor any part of it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(items) => items.iter().all(Self::is_wholly_known),
            Self::Map(entries) => entries.values().all(Self::is_wholly_known),
            Self::Dynamic(typed) => typed.value.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// What it is, in a word for messages.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Dynamic(_) => "a dynamic value",
        }
    }
}
