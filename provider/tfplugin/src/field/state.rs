//! The three states of a field.

use crate::diagnostic::Diagnostics;
use crate::field::{At, Content};
use crate::value::{Refinement, Value};
use crate::{Outcome, Stop};

/// What a field holds: nothing, something not decided yet, or a value. No `Option` merges the first two.
#[derive(Debug, Clone)]
pub struct Field<T>(State<T>);

#[derive(Debug, Clone)]
enum State<T> {
    Null,
    Unknown(Refinement),
    /// Known on the outside, unknown somewhere inside: kept as it came, because a part of it says nothing certain.
    Partial(Value),
    Known(T),
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self(State::Null)
    }
}

impl<T: Content> Field<T> {
    /// A field that holds `value`.
    pub(crate) fn known_as(value: T) -> Self {
        Self(State::Known(value))
    }

    /// Whether nothing is given: not written in configuration, or written as `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.0, State::Null)
    }

    /// Whether the value, or any part of it, is not decided yet.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.0, State::Unknown(_) | State::Partial(_))
    }

    /// The value, when there is one and all of it is known.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match &self.0 {
            State::Known(value) => Some(value),
            State::Null | State::Unknown(_) | State::Partial(_) => None,
        }
    }

    /// The value to change in place, when there is one and all of it is known.
    pub fn known_mut(&mut self) -> Option<&mut T> {
        match &mut self.0 {
            State::Known(value) => Some(value),
            State::Null | State::Unknown(_) | State::Partial(_) => None,
        }
    }

    /// The value, or `None` for null.
    ///
    /// # Errors
    /// [`Stop::Deferred`] while the value is unknown.
    pub fn option(&self) -> Outcome<Option<&T>> {
        match &self.0 {
            State::Null => Ok(None),
            State::Known(value) => Ok(Some(value)),
            State::Unknown(_) | State::Partial(_) => Err(Stop::Deferred),
        }
    }

    /// Gives it this value.
    pub fn set(&mut self, value: impl Into<T>) {
        self.0 = State::Known(value.into());
    }

    /// Gives it no value.
    pub fn set_null(&mut self) {
        self.0 = State::Null;
    }

    /// Leaves it to be decided by apply. What `promise` says is kept by core, so that a comparison or a length can be
    /// planned before the value exists; the value set later must keep it.
    pub fn set_unknown(&mut self, promise: Refinement) {
        self.0 = State::Unknown(promise);
    }

    /// Reads it; nothing comes back when `diagnostics` got an error.
    pub fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        Some(Self(match value {
            Value::Null => State::Null,
            Value::Unknown(promise) => State::Unknown(promise.clone()),
            partial if !T::is_decided(partial) => State::Partial(partial.clone()),
            known => State::Known(T::decode(known, at, diagnostics)?),
        }))
    }

    /// Writes it.
    #[must_use]
    pub fn encode(&self) -> Value {
        match &self.0 {
            State::Null => Value::Null,
            State::Unknown(promise) => Value::Unknown(promise.clone()),
            State::Partial(value) => value.clone(),
            State::Known(value) => value.encode(),
        }
    }

    /// Takes over the form that `prior` has wherever both mean the same.
    pub fn keep_form(&mut self, prior: &Self) {
        if self == prior {
            self.0.clone_from(&prior.0);
        } else if let (State::Known(value), State::Known(prior)) = (&mut self.0, &prior.0) {
            value.keep_form(prior);
        }
    }
}

/// Equal when they mean the same: two forms of one value are equal, two unknowns are when they promise the same.
impl<T: PartialEq> PartialEq for Field<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (State::Null, State::Null) => true,
            (State::Unknown(one), State::Unknown(other)) => one == other,
            (State::Partial(one), State::Partial(other)) => one == other,
            (State::Known(one), State::Known(other)) => one == other,
            _ => false,
        }
    }
}
