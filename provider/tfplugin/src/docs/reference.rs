//! The section of a page that lists every attribute and block.

use std::fmt::Write as _;

use super::type_name;
use crate::schema::{Attribute, AttributeType, Block, Mode, NestedBlock};
use crate::value::{ObjectType, Type};

/// The whole section for `block`.
pub(super) fn of(block: &Block) -> String {
    let mut out = String::from("## Schema\n");
    let mut later = Vec::new();
    groups(
        &mut out,
        "### ",
        &block.attributes,
        &block.blocks,
        &[],
        &mut later,
    );
    // Each nested section may bring further ones, which follow it.
    while !later.is_empty() {
        let section = later.remove(0);
        let mut deeper = Vec::new();
        nested(&mut out, &section, &mut deeper);
        later.splice(0..0, deeper);
    }
    out
}

/// What a nested section is about.
struct Section<'a> {
    kind: &'static str,
    path: Vec<&'a str>,
    holds: Holds<'a>,
}

enum Holds<'a> {
    Block(&'a Block),
    Attributes(&'a [Attribute]),
    Object(&'a ObjectType),
}

impl Section<'_> {
    fn anchor(&self) -> String {
        format!("{}--{}", self.kind, self.path.join("--"))
    }
}

fn nested<'a>(out: &mut String, section: &Section<'a>, later: &mut Vec<Section<'a>>) {
    let (anchor, name) = (section.anchor(), section.path.join("."));
    put(
        out,
        &format!("\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{name}`\n"),
    );
    match section.holds {
        Holds::Block(block) => {
            groups(
                out,
                "",
                &block.attributes,
                &block.blocks,
                &section.path,
                later,
            );
        }
        Holds::Attributes(attributes) => groups(out, "", attributes, &[], &section.path, later),
        Holds::Object(object) => {
            out.push('\n');
            for (name, ty) in &object.attributes {
                put(out, &format!("- `{name}` ({})\n", type_name::plain(ty)));
            }
        }
    }
}

/// The lists of what is required, optional and read-only.
fn groups<'a>(
    out: &mut String,
    heading: &str,
    attributes: &'a [Attribute],
    blocks: &'a [NestedBlock],
    path: &[&'a str],
    later: &mut Vec<Section<'a>>,
) {
    for (group, title) in [
        (Group::Required, "Required"),
        (Group::Optional, "Optional"),
        (Group::ReadOnly, "Read-Only"),
    ] {
        let attributes = attributes.iter().filter(|one| Group::of(one.mode) == group);
        let mut lines: Vec<_> = attributes
            .map(|one| attribute_line(one, path, later))
            .collect();
        let blocks = blocks.iter().filter(|one| Group::of_block(one) == group);
        lines.extend(blocks.map(|one| block_line(one, path, later)));
        if lines.is_empty() {
            continue;
        }
        let end = if heading.is_empty() { ":" } else { "" };
        put(
            out,
            &format!("\n{heading}{title}{end}\n\n{}\n", lines.join("\n")),
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Required,
    Optional,
    ReadOnly,
}

impl Group {
    fn of(mode: Mode) -> Self {
        match mode {
            Mode::Required => Self::Required,
            Mode::Optional | Mode::OptionalComputed => Self::Optional,
            Mode::Computed => Self::ReadOnly,
        }
    }

    fn of_block(nested: &NestedBlock) -> Self {
        match nested.nesting.limits() {
            (0, _) => Self::Optional,
            _ => Self::Required,
        }
    }
}

fn attribute_line<'a>(
    attribute: &'a Attribute,
    path: &[&'a str],
    later: &mut Vec<Section<'a>>,
) -> String {
    let mut text = attribute.description.trim().to_owned();
    let note = |text: &mut String, words: &str| {
        if !text.is_empty() && !text.ends_with(['.', '!', '?', ':']) {
            text.push('.');
        }
        put(text, &format!(" {words}"));
    };
    if let Some(default) = &attribute.default {
        note(
            &mut text,
            &format!("Default: `{}`.", type_name::value(default)),
        );
    }
    if attribute.replace {
        note(&mut text, "Changing it replaces the resource.");
    }
    if let Some(instead) = &attribute.deprecation {
        note(&mut text, &format!("Deprecated: {instead}"));
    }
    let holds = match &attribute.ty {
        AttributeType::Nested(nested) => Some(("nestedatt", Holds::Attributes(&nested.attributes))),
        AttributeType::Plain(ty) => object_in(ty).map(|ty| ("nestedobjatt", Holds::Object(ty))),
    };
    let types = type_name::attribute(attribute);
    line(&attribute.name, &types, &text, holds, path, later)
}

fn block_line<'a>(
    nested: &'a NestedBlock,
    path: &[&'a str],
    later: &mut Vec<Section<'a>>,
) -> String {
    let holds = Some(("nestedblock", Holds::Block(&nested.block)));
    let description = nested.block.description.trim();
    line(
        &nested.name,
        &type_name::block(nested),
        description,
        holds,
        path,
        later,
    )
}

fn line<'a>(
    name: &'a str,
    types: &str,
    text: &str,
    holds: Option<(&'static str, Holds<'a>)>,
    path: &[&'a str],
    later: &mut Vec<Section<'a>>,
) -> String {
    let mut line = format!("- `{name}` ({types})");
    if !text.is_empty() {
        // Further lines belong to the same list item.
        put(
            &mut line,
            &format!(" {}", text.replace('\n', "\n  ").replace("\n  \n", "\n\n")),
        );
    }
    if let Some((kind, holds)) = holds {
        let path = path.iter().copied().chain([name]).collect();
        let section = Section { kind, path, holds };
        put(
            &mut line,
            &format!(" (see [below for nested schema](#{}))", section.anchor()),
        );
        later.push(section);
    }
    line
}

/// The object type whose attributes a plain attribute's elements have.
fn object_in(ty: &Type) -> Option<&ObjectType> {
    match ty {
        Type::Object(object) => Some(object),
        Type::List(element) | Type::Set(element) | Type::Map(element) => object_in(element),
        _ => None,
    }
}

/// Appends; writing to a `String` cannot fail.
fn put(out: &mut String, text: &str) {
    let _ = out.write_str(text);
}
