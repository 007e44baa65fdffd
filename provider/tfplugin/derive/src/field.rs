//! One field of a schema struct, and what may be said about it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Error, Ident, Result, Type};

use crate::description::description;
use crate::input::Errors;
use crate::options::Options;
use crate::suggest::did_you_mean;

/// The wrappers, with what `#[tf(...)]` may say about each.
const WRAPPERS: [(&str, &[&str]); 9] = [
    (
        "Required",
        &[
            "replace",
            "sensitive",
            "write_only",
            "identity",
            "key",
            "deprecated",
        ],
    ),
    (
        "Optional",
        &[
            "replace",
            "sensitive",
            "write_only",
            "identity",
            "key",
            "deprecated",
        ],
    ),
    (
        "OptionalComputed",
        &[
            "replace",
            "sensitive",
            "identity",
            "key",
            "default",
            "changes_with",
            "deprecated",
        ],
    ),
    (
        "Computed",
        &[
            "replace",
            "sensitive",
            "identity",
            "changes_with",
            "deprecated",
        ],
    ),
    ("RequiredBlock", &["deprecated"]),
    ("OptionalBlock", &["deprecated"]),
    ("BlockList", &["min", "max", "deprecated"]),
    ("BlockSet", &["min", "max", "deprecated"]),
    ("LabelledBlocks", &["deprecated"]),
];

/// One attribute or block.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) name: String,
    ty: &'a Type,
    description: String,
    options: Options,
}

impl<'a> Field<'a> {
    /// Reads it; every mistake in it is reported.
    pub(crate) fn parse(field: &'a syn::Field) -> Result<Self> {
        let Some(ident) = &field.ident else {
            return Err(Error::new_spanned(field, "a field needs a name"));
        };
        let mut errors = Errors::default();
        let description = errors.take(description(&field.attrs, ident));
        let options = errors.take(Options::parse(&field.attrs));
        let allowed = errors.take(allowed_options(&field.ty));
        if let (Some(options), Some((wrapper, allowed))) = (&options, allowed) {
            for (option, span) in options
                .given()
                .filter(|(option, _)| !allowed.contains(option))
            {
                errors.push(Error::new(span, refusal(option, wrapper)));
            }
            if let (Some(span), Some(_)) = (options.changes_with.as_ref(), &options.default) {
                errors.push(Error::new(
                    span.0,
                    "a default never changes: drop one of the two",
                ));
            }
        }
        errors.finish()?;
        let (Some(description), Some(options)) = (description, options) else {
            return Err(Error::new_spanned(field, "this field cannot be read"));
        };
        Ok(Self {
            ident,
            name: ident.unraw().to_string(),
            ty: &field.ty,
            description,
            options,
        })
    }

    /// Refuses names in `changes_with` that no field beside this one has.
    pub(crate) fn check_names(&self, names: &[String], errors: &mut Errors) {
        for given in self
            .options
            .changes_with
            .iter()
            .flat_map(|(_, given)| given)
        {
            let word = given.value();
            if word == self.name {
                errors.push(Error::new(
                    given.span(),
                    format!("`{word}` cannot change with itself"),
                ));
            } else if !names.contains(&word) {
                let hint = did_you_mean(&word, names.iter().map(String::as_str));
                errors.push(Error::new(
                    given.span(),
                    format!("no field is named `{word}`{hint}"),
                ));
            }
        }
    }

    /// Adds it to the block under construction.
    pub(crate) fn declare(&self) -> TokenStream {
        let Self {
            name,
            ty,
            description,
            options,
            ..
        } = self;
        let flags = [
            ("replace", options.replace),
            ("sensitive", options.sensitive),
            ("write_only", options.write_only),
            ("identity", options.identity),
            ("key", options.key),
        ];
        let flags = flags.into_iter().filter_map(|(flag, span)| {
            let flag = Ident::new(flag, span?);
            Some(quote!(#flag: true,))
        });
        let default = options
            .default
            .iter()
            .map(|(_, value)| quote!(default: ::core::option::Option::Some(#value),));
        let changes_with = options.changes_with.iter().map(|(_, names)| {
            quote!(changes_with: ::std::vec![#(::std::string::String::from(#names)),*],)
        });
        let deprecation = options.deprecated.iter().map(|(_, why)| {
            quote!(deprecation: ::core::option::Option::Some(::std::string::String::from(#why)),)
        });
        let min = options.min.iter().map(|(_, min)| quote!(min: #min,));
        let max = options.max.iter().map(|(_, max)| quote!(max: #max,));
        quote_spanned! {ty.span()=>
            <#ty as ::tfplugin::field::Member>::declare(
                #name,
                #description,
                ::tfplugin::field::Options {
                    #(#flags)* #(#default)* #(#changes_with)* #(#deprecation)* #(#min)* #(#max)*
                    ..::core::default::Default::default()
                },
                &mut block,
            );
        }
    }

    /// Reads it from `fields`, as an `Option`.
    pub(crate) fn decode(&self) -> TokenStream {
        let Self {
            ident,
            name,
            options,
            ..
        } = self;
        let secret = options.sensitive.is_some() || options.write_only.is_some();
        let method = if secret {
            quote!(secret)
        } else {
            quote!(field)
        };
        let decode = self.member(&quote!(decode));
        quote!(let #ident = fields.#method(#name, #decode, diagnostics);)
    }

    /// The call of a method of `Member` on it.
    pub(crate) fn member(&self, method: &TokenStream) -> TokenStream {
        let ty = self.ty;
        quote_spanned!(ty.span()=> <#ty as ::tfplugin::field::Member>::#method)
    }
}

fn allowed_options(ty: &Type) -> Result<(&'static str, &'static [&'static str])> {
    let wrapper = match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    };
    let found = wrapper.and_then(|name| WRAPPERS.into_iter().find(|(known, _)| *known == name));
    found.ok_or_else(|| {
        let shown = quote!(#ty).to_string().replace(' ', "");
        Error::new_spanned(
            ty,
            format!(
                "`{shown}` is neither an attribute nor a block: an attribute is Required<T>, Optional<T>, \
                 OptionalComputed<T> or Computed<T>, a block RequiredBlock<T>, OptionalBlock<T>, BlockList<T>, \
                 BlockSet<T> or LabelledBlocks<T>"
            ),
        )
    })
}

/// Why `option` cannot stand on a field in `wrapper`.
fn refusal(option: &str, wrapper: &str) -> String {
    let reason = match option {
        "write_only" => "only what configuration alone gives is write-only: Required or Optional",
        "default" => "a default stands for what was left out: use OptionalComputed",
        "changes_with" => "only computed values are planned anew: use Computed or OptionalComputed",
        "key" => "elements are told apart by what configuration gives them",
        "min" | "max" => "how often is counted on BlockList and BlockSet",
        "variadic" => "that is for the last parameter of a function",
        "replace" | "sensitive" | "identity" => "put it on the attributes inside the block",
        _ => "see the table of options in the documentation of the derive",
    };
    format!("`{option}` cannot stand on `{wrapper}`: {reason}")
}
