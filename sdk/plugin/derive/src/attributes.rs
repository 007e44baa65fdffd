//! What stands at a type, field or variant.

use quote::ToTokens as _;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, ExprUnary, Lit, LitInt, LitStr, Meta, Result, UnOp};

use crate::case::Case;

/// The attributes of serde and ours at one place.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) description: String,
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Option<Case>,
    pub(crate) has_default: bool,
    pub(crate) is_skipped: bool,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) min_length: Option<u32>,
    pub(crate) pattern: Option<String>,
}

impl Attributes {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut read = Self::default();
        let mut lines = Vec::new();
        for attribute in attributes {
            if attribute.path().is_ident("doc") {
                lines.extend(doc_line(&attribute.meta));
            } else if attribute.path().is_ident("serde") {
                attribute.parse_nested_meta(|meta| read.serde(&meta))?;
            } else if attribute.path().is_ident("config") {
                attribute.parse_nested_meta(|meta| read.ours(&meta))?;
            }
        }
        // The first paragraph: what follows is for readers of the source.
        let paragraph: Vec<String> = lines
            .into_iter()
            .take_while(|line| !line.is_empty())
            .collect();
        read.description = paragraph.join(" ");
        Ok(read)
    }

    fn serde(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.to_token_stream().to_string();
        match name.as_str() {
            "rename" => self.rename = Some(deserialized(meta)?.value()),
            "rename_all" => self.rename_all = Some(Case::parse(&deserialized(meta)?)?),
            "default" => {
                self.has_default = true;
                skip_value(meta)?;
            }
            "skip" | "skip_deserializing" => self.is_skipped = true,
            "deny_unknown_fields" | "skip_serializing" => {}
            "skip_serializing_if" | "bound" | "crate" | "expecting" => skip_value(meta)?,
            _ => {
                return Err(meta.error(format!(
                    "`{name}` changes what serde accepts in a way that the shape of `config` cannot say"
                )));
            }
        }
        Ok(())
    }

    fn ours(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("minimum") {
            self.minimum = Some(whole(meta)?);
        } else if meta.path.is_ident("maximum") {
            self.maximum = Some(whole(meta)?);
        } else if meta.path.is_ident("min_length") {
            self.min_length = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
        } else if meta.path.is_ident("pattern") {
            self.pattern = Some(meta.value()?.parse::<LitStr>()?.value());
        } else {
            return Err(meta.error("known are `minimum`, `maximum`, `min_length` and `pattern`"));
        }
        Ok(())
    }
}

/// The text of `name = "text"`, or of `name(deserialize = "text")`.
fn deserialized(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    if meta.input.peek(syn::Token![=]) {
        return meta.value()?.parse();
    }
    let mut found = None;
    meta.parse_nested_meta(|side| {
        let text = side.value()?.parse::<LitStr>()?;
        if side.path.is_ident("deserialize") {
            found = Some(text);
        }
        Ok(())
    })?;
    found.ok_or_else(|| meta.error("what matters here is `deserialize`"))
}

/// Passes over `= value` if it is there.
fn skip_value(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(syn::Token![=]) {
        meta.value()?.parse::<Expr>()?;
    }
    Ok(())
}

/// A whole number, which may be negative.
fn whole(meta: &ParseNestedMeta<'_>) -> Result<i64> {
    let value: Expr = meta.value()?.parse()?;
    let (sign, literal) = match &value {
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => ("-", expr.as_ref()),
        other => ("", other),
    };
    match literal {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => format!("{sign}{}", number.base10_digits())
            .parse()
            .map_err(|_| meta.error("a limit has to fit 64 bits")),
        _ => Err(meta.error("a limit is a whole number")),
    }
}

fn doc_line(meta: &Meta) -> Option<String> {
    match &meta.require_name_value().ok()?.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value().trim().to_owned()),
        _ => None,
    }
}
