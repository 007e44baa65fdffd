//! The derive of `Arguments`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Error, Ident, Result, Type};

use crate::description::description;
use crate::input::{Errors, named_fields};
use crate::options::Options;

/// One parameter.
struct Parameter<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    description: String,
    variadic: bool,
}

/// The implementation of `tfplugin::function::Arguments` for `input`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let about = errors.take(description(&input.attrs, &input.ident));
    let Some(named) = errors.take(named_fields(input, "Arguments")) else {
        errors.finish()?;
        return Ok(TokenStream::new());
    };
    let last = named.named.len().saturating_sub(1);
    let parameters: Vec<_> = named
        .named
        .iter()
        .enumerate()
        .filter_map(|(position, field)| errors.take(parameter(field, position == last)))
        .collect();
    errors.finish()?;
    Ok(implementation(
        &input.ident,
        &about.unwrap_or_default(),
        &parameters,
    ))
}

fn parameter(field: &syn::Field, last: bool) -> Result<Parameter<'_>> {
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "a parameter needs a name"));
    };
    let mut errors = Errors::default();
    let description = errors.take(description(&field.attrs, ident));
    let options = errors
        .take(Options::parse(&field.attrs))
        .unwrap_or_default();
    for (option, span) in options.given().filter(|(option, _)| *option != "variadic") {
        errors.push(Error::new(
            span,
            format!("a parameter takes `variadic` alone, not `{option}`"),
        ));
    }
    if let (Some(span), false) = (options.variadic, last) {
        errors.push(Error::new(span, "only the last parameter can be variadic"));
    }
    errors.finish()?;
    let variadic = options.variadic.is_some();
    Ok(Parameter {
        ident,
        ty: &field.ty,
        description: description.unwrap_or_default(),
        variadic,
    })
}

fn implementation(owner: &Ident, about: &str, parameters: &[Parameter<'_>]) -> TokenStream {
    let idents: Vec<_> = parameters.iter().map(|one| one.ident).collect();
    let declare = parameters.iter().map(
        |Parameter {
             ident,
             ty,
             description,
             variadic,
         }| {
            let (name, method) = (ident.unraw().to_string(), method(*variadic));
            quote_spanned!(ty.span()=> signature.#method::<#ty>(#name, #description);)
        },
    );
    let decode = parameters.iter().map(
        |Parameter {
             ident,
             ty,
             variadic,
             ..
         }| {
            let method = method(*variadic);
            quote_spanned!(ty.span()=> let #ident = given.#method::<#ty>()?;)
        },
    );
    quote! {
        #[automatically_derived]
        #[allow(unused_variables, unused_mut, reason = "a function may have no parameters")]
        impl ::tfplugin::function::Arguments for #owner {
            fn signature() -> ::tfplugin::function::Signature {
                let mut signature = ::tfplugin::function::Signature::new(#about);
                #(#declare)*
                signature
            }

            fn decode(
                given: &mut ::tfplugin::function::Given<'_>,
            ) -> ::core::result::Result<Self, ::tfplugin::function::FunctionError> {
                #(#decode)*
                ::core::result::Result::Ok(Self { #(#idents,)* })
            }
        }
    }
}

fn method(variadic: bool) -> TokenStream {
    if variadic {
        quote!(variadic)
    } else {
        quote!(parameter)
    }
}
