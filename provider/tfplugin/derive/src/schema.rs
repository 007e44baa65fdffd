//! The derive of `Schema`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Result};

use crate::description::description;
use crate::field::Field;
use crate::input::{Errors, named_fields};

/// The implementation of `tfplugin::Schema` for `input`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let about = errors.take(description(&input.attrs, &input.ident));
    let Some(named) = errors.take(named_fields(input, "Schema")) else {
        errors.finish()?;
        return Ok(TokenStream::new());
    };
    let fields: Vec<_> = named
        .named
        .iter()
        .filter_map(|field| errors.take(Field::parse(field)))
        .collect();
    if fields.len() == named.named.len() {
        let names: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
        fields
            .iter()
            .for_each(|field| field.check_names(&names, &mut errors));
    }
    errors.finish()?;
    Ok(implementation(input, &about.unwrap_or_default(), &fields))
}

fn implementation(input: &DeriveInput, about: &str, fields: &[Field<'_>]) -> TokenStream {
    let owner = &input.ident;
    let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
    let names = fields.iter().map(|field| &field.name);
    let declare = fields.iter().map(Field::declare);
    let decode = fields.iter().map(Field::decode);
    let member = |method: TokenStream| fields.iter().map(move |field| field.member(&method));
    let (dynamic, encode) = (member(quote!(DYNAMIC)), member(quote!(encode)));
    let (keep_form, means) = (member(quote!(keep_form)), member(quote!(means)));
    quote! {
        #[automatically_derived]
        #[allow(unused_variables, unused_mut, reason = "a schema may have no fields")]
        impl ::tfplugin::field::Schema for #owner {
            const DYNAMIC: bool = false #(|| #dynamic)*;

            fn block() -> ::tfplugin::schema::Block {
                let mut block = ::tfplugin::schema::Block {
                    description: ::std::string::String::from(#about),
                    ..::core::default::Default::default()
                };
                #(#declare)*
                block
            }

            fn decode(
                value: &::tfplugin::Value,
                at: &::tfplugin::field::At<'_>,
                diagnostics: &mut ::tfplugin::Diagnostics,
            ) -> ::core::option::Option<Self> {
                let fields = ::tfplugin::field::Fields::of(value, at, diagnostics)?;
                #(#decode)*
                ::core::option::Option::Some(Self { #(#idents: #idents?,)* })
            }

            fn encode(&self) -> ::tfplugin::Value {
                ::tfplugin::field::object([#((#names, #encode(&self.#idents)),)*])
            }

            fn keep_form(&mut self, prior: &Self) {
                #(#keep_form(&mut self.#idents, &prior.#idents);)*
            }

            fn means(&self, other: &Self) -> bool {
                true #(&& #means(&self.#idents, &other.#idents))*
            }
        }
    }
}
