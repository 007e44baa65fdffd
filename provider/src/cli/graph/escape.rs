//! Text in other languages: what it says stays text.

/// Text inside an element or a quoted attribute of HTML and SVG.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Neither language can hold them, and no name needs them.
            character if character.is_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

/// A quoted string of DOT.
pub(super) fn dot(text: &str) -> String {
    let mut escaped = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            // A backslash before a letter is a command of Graphviz's.
            '\\' => escaped.push_str("\\\\"),
            character if character.is_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped.push('"');
    escaped
}

/// The beginning of a text, `characters` long at most.
pub(super) fn shortened(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(characters.saturating_sub(1)).collect();
    short.push('\u{2026}');
    short
}

#[cfg(test)]
mod tests {
    use super::{dot, markup, shortened};

    #[test]
    fn what_a_name_says_stays_text() {
        assert_eq!(
            markup("</script><b a='x' \"&\n\u{1b}"),
            "&lt;/script&gt;&lt;b a=&#39;x&#39; &quot;&amp;\u{fffd}\u{fffd}"
        );
        assert_eq!(dot("a\"\\n\nb"), "\"a\\\"\\\\n\u{fffd}b\"");
        assert_eq!(shortened("abcdef", 4), "abc\u{2026}");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
