//! `#[derive(Config)]` of `portcullis-plugin`.
//!
//! It reads the attributes that serde reads, so that the shape which is declared is the shape that is accepted. What
//! serde can do and the shape cannot say is refused here, with the reason.

mod attributes;
mod case;
mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `portcullis_plugin::Config` for a struct with named fields, or an enum of which no variant has fields.
#[proc_macro_derive(Config, attributes(config, serde))]
pub fn derive_config(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::config(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
