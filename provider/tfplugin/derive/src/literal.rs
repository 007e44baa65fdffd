//! Literals as configuration values.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Expr, ExprLit, ExprUnary, Lit, Result, UnOp};

/// Tokens that make the `Value` which `literal` stands for.
pub(crate) fn value(literal: &Expr) -> Result<TokenStream> {
    match literal {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(quote!(::tfplugin::Value::String(::std::string::String::from(#text)))),
        Expr::Lit(ExprLit {
            lit: Lit::Bool(truth),
            ..
        }) => Ok(quote!(::tfplugin::Value::Bool(#truth))),
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => Ok(decimal(number.base10_digits())),
        Expr::Lit(ExprLit {
            lit: Lit::Float(number),
            ..
        }) => Ok(decimal(number.base10_digits())),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => match &**expr {
            Expr::Lit(ExprLit {
                lit: Lit::Int(number),
                ..
            }) => Ok(decimal(&format!("-{}", number.base10_digits()))),
            Expr::Lit(ExprLit {
                lit: Lit::Float(number),
                ..
            }) => Ok(decimal(&format!("-{}", number.base10_digits()))),
            _ => Err(unsupported(literal)),
        },
        Expr::Array(array) => {
            let elements = array.elems.iter().map(value).collect::<Result<Vec<_>>>()?;
            Ok(quote!(::tfplugin::Value::List(::std::vec![#(#elements),*])))
        }
        _ => Err(unsupported(literal)),
    }
}

fn decimal(digits: &str) -> TokenStream {
    quote!(::tfplugin::field::decimal(#digits))
}

fn unsupported(literal: &Expr) -> Error {
    Error::new_spanned(
        literal,
        "a default is a literal: text, a number, true or false, or an array of them; \
         one that is computed is set in `plan`",
    )
}
