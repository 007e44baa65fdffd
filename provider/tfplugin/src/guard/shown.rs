//! Values in messages.

use crate::value::Value;

/// Longest text for one value.
const LENGTH_MAX: usize = 120;

/// `value` as a practitioner would write it, shortened.
pub(super) fn shown(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("`{}...`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

fn write(value: &Value, out: &mut String) {
    // Enough for any message; what follows would be cut off anyway.
    if out.len() > 4 * LENGTH_MAX {
        return;
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Unknown(_) => out.push_str("(unknown)"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::String(text) => out.push_str(&format!("{text:?}")),
        Value::List(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (position, (key, value)) in entries.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                out.push_str(key);
                out.push_str(" = ");
                write(value, out);
            }
            out.push('}');
        }
        Value::Dynamic(typed) => write(&typed.value, out),
    }
}
