//! What an attribute can hold: a Rust type, its wire type and how one becomes the other.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::field::At;
use crate::schema::AttributeType;
use crate::value::{Type, Value};

/// A Rust type that an attribute can hold.
///
/// Equality is by meaning: when configuration says the same as the prior state in another form, the prior form is
/// planned and Terraform shows no change.
#[diagnostic::on_unimplemented(
    message = "an attribute cannot hold `{Self}`",
    label = "not a type of configuration values",
    note = "text with a parser of its own is `Text<{Self}>`; a struct with a derived `Schema` is `Nested<{Self}>`",
    note = "others: String, bool, integers, f64, Number, Vec<T>, BTreeSet<T>, BTreeMap<String, T>, Dynamic"
)]
pub trait Content: Sized + Clone + PartialEq + Send + Sync + 'static {
    /// Whether it holds a value of any type, itself or inside.
    const DYNAMIC: bool = false;

    /// Its wire type.
    fn ty() -> AttributeType;

    /// Reads a value that is neither null nor unknown; nothing comes back when `diagnostics` got an error.
    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// Writes it, in the form it was read.
    fn encode(&self) -> Value;

    /// Whether [`Content::decode`] can read `value`. Only contents with unknown parts of their own say yes to a value
    /// that is not wholly known.
    fn is_decided(value: &Value) -> bool {
        value.is_wholly_known()
    }

    /// What stands for a null element of a collection, where one is allowed.
    fn null() -> Option<Self> {
        None
    }

    /// Takes over the form of `prior` inside, where parts of both mean the same. Only contents whose parts core
    /// compares one by one have any.
    fn keep_form(&mut self, prior: &Self) {
        let _ = prior;
    }
}

/// The error about a value of another type than the schema's. Core converts before it sends, so only a defect shows it.
pub(super) fn mismatch(expected: &str, at: &At<'_>, diagnostics: &mut Diagnostics) {
    let detail = format!(
        "Expected {expected} here, and the value that arrived is of another type.\n\n\
         Report this to the developers of the provider: Terraform converts values before it sends them.\n\n\
         value-of-another-type"
    );
    diagnostics.push(Diagnostic::error("Value of another type", detail).at(at.path()));
}

impl Content for bool {
    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Bool)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            _ => {
                mismatch("true or false", at, diagnostics);
                None
            }
        }
    }

    fn encode(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Content for String {
    fn ty() -> AttributeType {
        AttributeType::Plain(Type::String)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            _ => {
                mismatch("text", at, diagnostics);
                None
            }
        }
    }

    fn encode(&self) -> Value {
        Value::String(self.clone())
    }
}
