//! The derives of `tfplugin`: a struct becomes a schema with decoder and encoder, or the parameters of a function.
//!
//! | written | means |
//! |---|---|
//! | doc comment | the description; there must be one |
//! | wrapper of the field's type | mode of an attribute, or nesting of a block |
//! | type in the wrapper | wire type and parser |
//! | `#[tf(replace)]` | changing it replaces the resource |
//! | `#[tf(sensitive)]` | masked in what Terraform displays |
//! | `#[tf(write_only)]` | never stored; on what configuration gives |
//! | `#[tf(default = "...")]` | what stands for null; on `OptionalComputed` |
//! | `#[tf(changes_with("a", "b"))]` | planned anew when `a` or `b` changes, otherwise kept; on what is computed |
//! | `#[tf(identity)]` | part of the resource identity |
//! | `#[tf(key)]` | tells the elements of a collection apart |
//! | `#[tf(min = 1, max = 4)]` | how often; on `BlockList` and `BlockSet` |
//! | `#[tf(deprecated = "...")]` | why not to use it any more |

mod arguments;
mod description;
mod field;
mod input;
mod literal;
mod options;
mod schema;
mod suggest;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a schema: see the table of this crate, and `tfplugin::field` for the wrappers.
#[proc_macro_derive(Schema, attributes(tf))]
pub fn derive_schema(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    schema::expand(&input)
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

/// Makes a struct the parameters of a function: each field is one, in order; the doc comment is its description, the
/// type its wire type and parser; `Option<T>` accepts null; `#[tf(variadic)]` on a last `Vec<T>` takes all the rest.
#[proc_macro_derive(Arguments, attributes(tf))]
pub fn derive_arguments(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    arguments::expand(&input)
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}
