//! What the derive generates calls to.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::field::At;
use crate::field::content::mismatch;
use crate::value::Value;

/// What `#[tf(...)]` says about one field.
#[derive(Debug, Clone, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a word of its own in `#[tf(...)]`"
)]
pub struct Options {
    /// `replace`
    pub replace: bool,
    /// `sensitive`
    pub sensitive: bool,
    /// `write_only`
    pub write_only: bool,
    /// `identity`
    pub identity: bool,
    /// `key`
    pub key: bool,
    /// `default = ...`
    pub default: Option<Value>,
    /// `changes_with(...)`
    pub changes_with: Vec<String>,
    /// `deprecated = "..."`
    pub deprecation: Option<String>,
    /// `min = ...`
    pub min: u32,
    /// `max = ...`
    pub max: u32,
}

/// How a field is read: [`Member::decode`](crate::field::Member::decode) of its type.
pub type Decode<M> = fn(&Value, &At<'_>, &mut Diagnostics) -> Option<M>;

/// The fields of one object while it is decoded.
#[derive(Debug)]
pub struct Fields<'v> {
    entries: &'v BTreeMap<String, Value>,
    at: &'v At<'v>,
}

impl<'v> Fields<'v> {
    /// The fields of `value`; nothing comes back, and `diagnostics` gets an error, when it is no object.
    pub fn of(value: &'v Value, at: &'v At<'v>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            Value::Map(entries) => Some(Self { entries, at }),
            _ => {
                mismatch("an object", at, diagnostics);
                None
            }
        }
    }

    /// The field `name`, read by `decode`; null when the object has none.
    pub fn field<M>(
        &self,
        name: &str,
        decode: Decode<M>,
        diagnostics: &mut Diagnostics,
    ) -> Option<M> {
        let value = self.entries.get(name).unwrap_or(&Value::Null);
        decode(value, &self.at.attribute(name), diagnostics)
    }

    /// The field `name`, whose value must not be shown: what its parser says may quote it, so only the summary is
    /// passed on.
    pub fn secret<M>(
        &self,
        name: &str,
        decode: Decode<M>,
        diagnostics: &mut Diagnostics,
    ) -> Option<M> {
        let mut said = Diagnostics::new();
        let decoded = self.field(name, decode, &mut said);
        diagnostics.extend(said.into_iter().map(|diagnostic| match diagnostic.severity {
            Severity::Error => Diagnostic {
                detail: format!(
                    "The value of `{name}` cannot be used. It is sensitive, so it is not shown.\n\n\
                     Correct the value of `{name}`.\n\nsensitive-value-invalid"
                ),
                ..diagnostic
            },
            Severity::Warning => diagnostic,
        }));
        decoded
    }
}

/// An object of these entries.
#[must_use]
pub fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// The number that `digits`, a decimal literal, write.
#[must_use]
pub fn decimal(digits: &str) -> Value {
    digits.parse().map_or(Value::Null, Value::Number)
}
