//! Lists, sets and maps.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::field::content::mismatch;
use crate::field::{At, Content};
use crate::schema::{AttributeType, Nested, NestedNesting};
use crate::value::{Type, Value};

/// The type of a collection of `T`: nested attributes nest once more, plain types become elements.
pub(super) fn collection_of<T: Content>(
    nesting: NestedNesting,
    plain: fn(Box<Type>) -> Type,
) -> AttributeType {
    match T::ty() {
        AttributeType::Plain(element) => AttributeType::Plain(plain(Box::new(element))),
        AttributeType::Nested(object) => AttributeType::Nested(Nested { nesting, ..object }),
    }
}

/// An element: null where `T` has a meaning for it, an error where it has none.
fn element<T: Content>(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<T> {
    if !value.is_null() {
        return T::decode(value, at, diagnostics);
    }
    let null = T::null();
    if null.is_none() {
        let detail = "Every element must have a value; found `null`.\n\n\
            Leave the element out, for example with `compact(...)` or an `if` in the `for` expression.\n\nnull-element";
        diagnostics.push(Diagnostic::error("Element is null", detail).at(at.path()));
    }
    null
}

fn elements_are_decided<T: Content>(value: &Value) -> bool {
    match value {
        Value::List(elements) => elements.iter().all(T::is_decided),
        Value::Map(entries) => entries.values().all(T::is_decided),
        other => !other.is_unknown(),
    }
}

impl<T: Content> Content for Vec<T> {
    const DYNAMIC: bool = T::DYNAMIC;

    fn ty() -> AttributeType {
        collection_of::<T>(NestedNesting::List, Type::List)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::List(elements) = value else {
            mismatch("a list", at, diagnostics);
            return None;
        };
        // Decoded all before the first failure counts, so that every element is reported.
        let decoded: Vec<_> = elements
            .iter()
            .enumerate()
            .map(|(index, value)| element(value, &at.index(index), diagnostics))
            .collect();
        decoded.into_iter().collect()
    }

    fn encode(&self) -> Value {
        Value::List(self.iter().map(T::encode).collect())
    }

    fn is_decided(value: &Value) -> bool {
        elements_are_decided::<T>(value)
    }

    fn keep_form(&mut self, prior: &Self) {
        for (element, prior) in self.iter_mut().zip(prior) {
            element.keep_form(prior);
        }
    }
}

/// A set in the order of its elements. Two elements that mean the same are an error: one of them could not be planned as
/// it was configured.
impl<T: Content + Ord> Content for BTreeSet<T> {
    const DYNAMIC: bool = T::DYNAMIC;

    fn ty() -> AttributeType {
        collection_of::<T>(NestedNesting::Set, Type::Set)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::List(elements) = value else {
            mismatch("a set", at, diagnostics);
            return None;
        };
        let decoded: Vec<_> = elements
            .iter()
            .map(|value| element(value, &at.member(), diagnostics))
            .collect();
        let set: Self = decoded.into_iter().collect::<Option<_>>()?;
        if set.len() == elements.len() {
            return Some(set);
        }
        let detail = "Every element of this set must mean something else; found two that mean the same in different \
            forms.\n\nLeave one of them out.\n\nset-element-twice";
        diagnostics.push(Diagnostic::error("Set has the same element twice", detail).at(at.path()));
        None
    }

    fn encode(&self) -> Value {
        Value::List(self.iter().map(T::encode).collect())
    }
}

impl<T: Content> Content for BTreeMap<String, T> {
    const DYNAMIC: bool = T::DYNAMIC;

    fn ty() -> AttributeType {
        collection_of::<T>(NestedNesting::Map, Type::Map)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::Map(entries) = value else {
            mismatch("a map", at, diagnostics);
            return None;
        };
        let decoded: Vec<_> = entries
            .iter()
            .map(|(key, value)| Some((key.clone(), element(value, &at.key(key), diagnostics)?)))
            .collect();
        decoded.into_iter().collect()
    }

    fn encode(&self) -> Value {
        Value::Map(
            self.iter()
                .map(|(key, value)| (key.clone(), value.encode()))
                .collect(),
        )
    }

    fn is_decided(value: &Value) -> bool {
        elements_are_decided::<T>(value)
    }

    fn keep_form(&mut self, prior: &Self) {
        for (key, element) in self.iter_mut() {
            if let Some(prior) = prior.get(key) {
                element.keep_form(prior);
            }
        }
    }
}

/// An element or argument that may be null.
impl<T: Content> Content for Option<T> {
    const DYNAMIC: bool = T::DYNAMIC;

    fn ty() -> AttributeType {
        T::ty()
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        T::decode(value, at, diagnostics).map(Some)
    }

    fn encode(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::encode)
    }

    fn is_decided(value: &Value) -> bool {
        T::is_decided(value)
    }

    fn null() -> Option<Self> {
        Some(None)
    }
}
