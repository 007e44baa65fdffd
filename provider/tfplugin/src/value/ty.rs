//! The type system of configuration values.

use std::collections::{BTreeMap, BTreeSet};

use super::{EncodeProblem, Value};

/// A type constraint, as schemas and function signatures state it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `bool`
    Bool,
    /// `number`, of any size and precision
    Number,
    /// `string`
    String,
    /// `any`: decided by the value, which then carries its type.
    Dynamic,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([T, ...])`
    Tuple(Vec<Type>),
    /// `object({...})`
    Object(ObjectType),
}

/// The attributes of an object type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ObjectType {
    /// Every attribute with its type.
    pub attributes: BTreeMap<String, Type>,
    /// Which of them may be left out when a value is converted; schemas never have any.
    pub optional: BTreeSet<String>,
}

impl Type {
    /// What it is, in a word for messages.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Dynamic => "a dynamic value",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}

impl ObjectType {
    /// Whether `attributes` are exactly those of this type, nulls included.
    pub(crate) fn conform(
        &self,
        attributes: &BTreeMap<String, Value>,
    ) -> Result<(), EncodeProblem> {
        let unsupported = attributes
            .keys()
            .find(|name| !self.attributes.contains_key(*name));
        if let Some(name) = unsupported {
            return Err(EncodeProblem::Unsupported(name.clone()));
        }
        match self
            .attributes
            .keys()
            .find(|name| !attributes.contains_key(*name))
        {
            Some(name) => Err(EncodeProblem::Missing(name.clone())),
            None => Ok(()),
        }
    }
}
