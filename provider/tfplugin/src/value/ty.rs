//! The type system of configuration values.

use std::collections::{BTreeMap, BTreeSet};

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
