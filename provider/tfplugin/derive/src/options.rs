//! `#[tf(...)]`: what a type cannot say.

use proc_macro2::{Span, TokenStream};
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::{Attribute, Error, Expr, LitInt, LitStr, Result, Token, punctuated::Punctuated};

use crate::literal;
use crate::suggest::did_you_mean;

/// Every key, for suggestions.
const KEYS: [&str; 11] = [
    "replace",
    "sensitive",
    "write_only",
    "identity",
    "key",
    "default",
    "changes_with",
    "deprecated",
    "min",
    "max",
    "variadic",
];

/// The options of one field, each with the place where it was written.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) replace: Option<Span>,
    pub(crate) sensitive: Option<Span>,
    pub(crate) write_only: Option<Span>,
    pub(crate) identity: Option<Span>,
    pub(crate) key: Option<Span>,
    pub(crate) variadic: Option<Span>,
    pub(crate) default: Option<(Span, TokenStream)>,
    pub(crate) changes_with: Option<(Span, Vec<LitStr>)>,
    pub(crate) deprecated: Option<(Span, LitStr)>,
    pub(crate) min: Option<(Span, LitInt)>,
    pub(crate) max: Option<(Span, LitInt)>,
}

impl Options {
    /// Reads them from the attributes of a field.
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut options = Self::default();
        for attribute in attributes.iter().filter(|one| one.path().is_ident("tf")) {
            attribute.parse_nested_meta(|meta| options.read(&meta))?;
        }
        Ok(options)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let Some(ident) = meta.path.get_ident() else {
            return Err(meta.error("expected one of the options of `#[tf(...)]`"));
        };
        let (key, span) = (ident.to_string(), ident.span());
        let given = match key.as_str() {
            "replace" => self.replace.replace(span).is_some(),
            "sensitive" => self.sensitive.replace(span).is_some(),
            "write_only" => self.write_only.replace(span).is_some(),
            "identity" => self.identity.replace(span).is_some(),
            "key" => self.key.replace(span).is_some(),
            "variadic" => self.variadic.replace(span).is_some(),
            "default" => {
                let value = literal::value(&meta.value()?.parse::<Expr>()?)?;
                self.default.replace((span, value)).is_some()
            }
            "changes_with" => {
                let names;
                syn::parenthesized!(names in meta.input);
                let names = Punctuated::<LitStr, Token![,]>::parse_terminated(&names)?;
                self.changes_with
                    .replace((span, names.into_iter().collect()))
                    .is_some()
            }
            "deprecated" => self.deprecated.replace((span, assigned(meta)?)).is_some(),
            "min" => self.min.replace((span, assigned(meta)?)).is_some(),
            "max" => self.max.replace((span, assigned(meta)?)).is_some(),
            _ => {
                let hint = did_you_mean(&key, KEYS.into_iter());
                return Err(Error::new(
                    span,
                    format!("`{key}` is not an option of `#[tf(...)]`{hint}"),
                ));
            }
        };
        if given {
            return Err(Error::new(span, format!("`{key}` is given twice")));
        }
        Ok(())
    }

    /// Every option given, by name, with where it was written.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&'static str, Span)> {
        [
            ("replace", self.replace),
            ("sensitive", self.sensitive),
            ("write_only", self.write_only),
            ("identity", self.identity),
            ("key", self.key),
            ("variadic", self.variadic),
            ("default", self.default.as_ref().map(|(span, _)| *span)),
            (
                "changes_with",
                self.changes_with.as_ref().map(|(span, _)| *span),
            ),
            (
                "deprecated",
                self.deprecated.as_ref().map(|(span, _)| *span),
            ),
            ("min", self.min.as_ref().map(|(span, _)| *span)),
            ("max", self.max.as_ref().map(|(span, _)| *span)),
        ]
        .into_iter()
        .filter_map(|(name, span)| Some((name, span?)))
    }
}

fn assigned<T: Parse>(meta: &ParseNestedMeta<'_>) -> Result<T> {
    meta.value()?.parse()
}
