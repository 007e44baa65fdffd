//! What pages call types.

use crate::schema::{Attribute, AttributeType, BlockNesting, NestedBlock, NestedNesting};
use crate::value::{Number, Type, Value};

/// `List of String`.
pub(super) fn plain(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".into(),
        Type::Number => "Number".into(),
        Type::String => "String".into(),
        Type::Dynamic => "Dynamic".into(),
        Type::List(element) => format!("List of {}", plain(element)),
        Type::Set(element) => format!("Set of {}", plain(element)),
        Type::Map(element) => format!("Map of {}", plain(element)),
        Type::Tuple(_) => "Tuple".into(),
        Type::Object(_) => "Object".into(),
    }
}

/// `String, Sensitive`.
pub(super) fn attribute(attribute: &Attribute) -> String {
    let mut words = match &attribute.ty {
        AttributeType::Plain(ty) => plain(ty),
        AttributeType::Nested(nested) => match nested.nesting {
            NestedNesting::Single => "Attributes".into(),
            NestedNesting::List => "Attributes List".into(),
            NestedNesting::Set => "Attributes Set".into(),
            NestedNesting::Map => "Attributes Map".into(),
        },
    };
    let flags = [
        (attribute.sensitive, ", Sensitive"),
        (attribute.write_only, ", Write-only"),
        (attribute.deprecation.is_some(), ", Deprecated"),
    ];
    words.extend(flags.iter().filter(|(set, _)| *set).map(|(_, word)| *word));
    words
}

/// `Block List, Min: 1, Max: 4`.
pub(super) fn block(nested: &NestedBlock) -> String {
    let mut words = match nested.nesting {
        BlockNesting::Single { .. } => return "Block".into(),
        BlockNesting::List { .. } => String::from("Block List"),
        BlockNesting::Set { .. } => String::from("Block Set"),
        BlockNesting::Labelled => String::from("Block Map"),
    };
    let (min, max) = nested.nesting.limits();
    for (word, limit) in [("Min", min), ("Max", max)] {
        if limit > 0 {
            words.push_str(&format!(", {word}: {limit}"));
        }
    }
    words
}

/// A default as it would be written in configuration.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null | Value::Unknown(_) => "null".into(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => Number::as_str(number).into(),
        Value::String(text) => format!("{text:?}"),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(self::value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, item)| format!("{key} = {}", self::value(item)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Dynamic(typed) => self::value(&typed.value),
    }
}
