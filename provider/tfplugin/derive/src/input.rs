//! The struct under the derive.

use syn::{Data, DeriveInput, Error, Fields, FieldsNamed, Result};

/// The named fields of a plain struct without generics.
pub(crate) fn named_fields<'a>(input: &'a DeriveInput, derive: &str) -> Result<&'a FieldsNamed> {
    if !input.generics.params.is_empty() {
        let message =
            format!("{derive} needs a struct without generics: a schema is one fixed shape");
        return Err(Error::new_spanned(&input.generics, message));
    }
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields),
            Fields::Unnamed(_) | Fields::Unit => Err(Error::new_spanned(
                &input.ident,
                format!("{derive} needs named fields: their names are the names in configuration"),
            )),
        },
        Data::Enum(_) => Err(Error::new_spanned(
            &input.ident,
            format!(
                "{derive} needs a struct; an enum of allowed words is held as `Text<{}>` with `FromStr` and `Display`",
                input.ident
            ),
        )),
        Data::Union(_) => Err(Error::new_spanned(
            &input.ident,
            format!("{derive} needs a struct"),
        )),
    }
}

/// Gathers errors, so that one compilation shows them all.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    /// Adds an error.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    /// The value of `result`; its error is added.
    pub(crate) fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// All errors as one, or nothing.
    pub(crate) fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
