//! The implementation that the derive writes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Data, DataEnum, DeriveInput, Error, Field, Fields, Result};

use crate::attributes::Attributes;
use crate::case::Case;

pub(crate) fn config(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = Attributes::read(&input.attrs)?;
    let kind = match &input.data {
        Data::Struct(data) => object(&data.fields, &attributes, input)?,
        Data::Enum(data) => choice(data, attributes.rename_all)?,
        Data::Union(_) => return Err(Error::new_spanned(input, "a union has no shape")),
    };
    let (name, description) = (&input.ident, &attributes.description);
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::portcullis_plugin::Config for #name #arguments #bounds {
            const SCHEMA: ::portcullis_plugin::Schema =
                ::portcullis_plugin::Schema::of(#kind).description(#description);
        }
    })
}

fn object(fields: &Fields, outer: &Attributes, input: &DeriveInput) -> Result<TokenStream> {
    let Fields::Named(fields) = fields else {
        return Err(Error::new_spanned(
            &input.ident,
            "`config` is an object: give the fields names",
        ));
    };
    let properties: Vec<TokenStream> = fields
        .named
        .iter()
        .filter_map(|field| property(field, outer).transpose())
        .collect::<Result<_>>()?;
    Ok(quote! { ::portcullis_plugin::rt::Kind::Object(const { &[#(#properties),*] }) })
}

/// One attribute; none for a field that is not read.
fn property(field: &Field, outer: &Attributes) -> Result<Option<TokenStream>> {
    let attributes = Attributes::read(&field.attrs)?;
    let Some(ident) = field.ident.as_ref().filter(|_| !attributes.is_skipped) else {
        return Ok(None);
    };
    let plain = ident.unraw().to_string();
    let cased = outer
        .rename_all
        .map_or(plain.clone(), |case| case.of_field(&plain));
    let name = attributes.rename.unwrap_or(cased);
    let (ty, description) = (&field.ty, &attributes.description);
    let has_default = attributes.has_default || outer.has_default;
    let minimum = attributes.minimum.map(|limit| quote! { .minimum(#limit) });
    let maximum = attributes.maximum.map(|limit| quote! { .maximum(#limit) });
    let min_length = attributes
        .min_length
        .map(|length| quote! { .min_length(#length) });
    let pattern = attributes
        .pattern
        .map(|pattern| quote! { .pattern(#pattern) });
    Ok(Some(quote! {
        ::portcullis_plugin::rt::Property {
            name: #name,
            schema: <#ty as ::portcullis_plugin::Config>::SCHEMA
                .description(#description) #minimum #maximum #min_length #pattern,
            required: !#has_default && <#ty as ::portcullis_plugin::Config>::REQUIRED,
        }
    }))
}

fn choice(data: &DataEnum, case: Option<Case>) -> Result<TokenStream> {
    let mut names = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(
                variant,
                "the shape of `config` has no variants with fields: use a struct with optional fields",
            ));
        }
        let attributes = Attributes::read(&variant.attrs)?;
        if attributes.is_skipped {
            continue;
        }
        let plain = variant.ident.unraw().to_string();
        let cased = case.map_or(plain.clone(), |case| case.of_variant(&plain));
        names.push(attributes.rename.unwrap_or(cased));
    }
    Ok(quote! { ::portcullis_plugin::rt::Kind::Choice(&[#(#names),*]) })
}
