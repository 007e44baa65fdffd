//! Texts as Cedar writes them.

use std::fmt::Write as _;

/// A text as a string literal of Cedar. Everything that is not plain ASCII is written by its number, so that no name ends the
/// literal, and none shows as something else than it is.
pub(crate) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            ' '..='~' => literal.push(c),
            other => {
                // Writing to a string does not fail.
                let _ = write!(literal, "\\u{{{:x}}}", u32::from(other));
            }
        }
    }
    literal.push('"');
    literal
}

/// An entity of the namespace: `Portcullis::Subject::"user:ana"`.
pub(crate) fn entity(kind: &str, name: &str) -> String {
    format!("Portcullis::{kind}::{}", literal(name))
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn nothing_ends_a_literal_but_its_end() {
        assert_eq!(literal("user:ana"), "\"user:ana\"");
        assert_eq!(literal("a\"b\\"), "\"a\\\"b\\\\\"");
        assert_eq!(literal("a\nü\u{202e}"), "\"a\\u{a}\\u{fc}\\u{202e}\"");
    }
}
