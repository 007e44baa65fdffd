//! Objects inside: structs with a derived [`Schema`] as the content of nested attributes and blocks.

use std::ops::{Deref, DerefMut};

use crate::diagnostic::Diagnostics;
use crate::field::collection::collection_of;
use crate::field::content::mismatch;
use crate::field::{At, Content, Schema};
use crate::schema::{self, AttributeType, NestedNesting};
use crate::value::{Type, Value};

/// One object with attributes of its own: `Optional<Nested<T>>`, `Required<Vec<Nested<T>>>`. The attributes carry
/// their own unknowns, so the object is known as soon as it is there.
#[derive(Debug, Clone)]
pub struct Nested<T>(pub T);

impl<T> From<T> for Nested<T> {
    fn from(object: T) -> Self {
        Self(object)
    }
}

impl<T> Deref for Nested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Nested<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Schema> PartialEq for Nested<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.means(&other.0)
    }
}

impl<T: Schema> Content for Nested<T> {
    const DYNAMIC: bool = T::DYNAMIC;

    fn ty() -> AttributeType {
        AttributeType::Nested(schema::Nested {
            nesting: NestedNesting::Single,
            attributes: T::block().attributes,
        })
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        T::decode(value, at, diagnostics).map(Self)
    }

    fn encode(&self) -> Value {
        self.0.encode()
    }

    fn is_decided(value: &Value) -> bool {
        !value.is_unknown()
    }

    fn keep_form(&mut self, prior: &Self) {
        if self == prior {
            self.clone_from(prior);
        } else {
            self.0.keep_form(&prior.0);
        }
    }
}

/// A set of objects; their order means nothing.
#[derive(Debug, Clone)]
pub struct NestedSet<T>(Vec<Nested<T>>);

impl<T> NestedSet<T> {
    /// Each member.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|member| &member.0)
    }

    /// How many members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> FromIterator<T> for NestedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        Self(members.into_iter().map(Nested).collect())
    }
}

impl<T: Schema> PartialEq for NestedSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|member| other.0.contains(member))
    }
}

impl<T: Schema> Content for NestedSet<T> {
    const DYNAMIC: bool = T::DYNAMIC;

    fn ty() -> AttributeType {
        collection_of::<Nested<T>>(NestedNesting::Set, Type::Set)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::List(members) = value else {
            mismatch("a set", at, diagnostics);
            return None;
        };
        let decoded: Vec<_> = members
            .iter()
            .map(|value| Nested::decode(value, &at.member(), diagnostics))
            .collect();
        decoded.into_iter().collect::<Option<_>>().map(Self)
    }

    fn encode(&self) -> Value {
        Value::List(self.0.iter().map(Nested::encode).collect())
    }

    fn is_decided(value: &Value) -> bool {
        match value {
            Value::List(members) => members.iter().all(|member| !member.is_unknown()),
            other => !other.is_unknown(),
        }
    }

    fn keep_form(&mut self, prior: &Self) {
        for member in &mut self.0 {
            if let Some(prior) = prior.0.iter().find(|prior| *prior == member) {
                member.clone_from(prior);
            }
        }
    }
}
