//! Text of others, as it may be shown.

/// The text, safe between backticks in a diagnostic: printable, on one line, and at most `characters` long before
/// `...` takes the place of the rest.
///
/// Control characters, marks that reorder text and backticks never reach a terminal.
#[must_use]
pub fn visible(text: &str, characters: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == characters {
            shown.push_str("...");
            break;
        }
        match character {
            '\'' | '"' => shown.push(character),
            '`' => shown.push('\''),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}
