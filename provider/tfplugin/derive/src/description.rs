//! Doc comments as descriptions.

use quote::ToTokens;
use syn::{Attribute, Error, Expr, ExprLit, Lit, Meta, Result};

/// The doc comment among `attributes`, in Markdown. Its absence on `item` is an error.
pub(crate) fn description(attributes: &[Attribute], item: &impl ToTokens) -> Result<String> {
    let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
    let text = lines.join("\n").trim().to_owned();
    if text.is_empty() {
        let message = format!(
            "`{}` has no description: write a doc comment above it, practitioners read it in the reference page",
            item.to_token_stream()
        );
        return Err(Error::new_spanned(item, message));
    }
    Ok(text)
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    if !meta.path.is_ident("doc") {
        return None;
    }
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = &meta.value
    else {
        return None;
    };
    let text = text.value();
    Some(text.strip_prefix(' ').unwrap_or(&text).to_owned())
}
