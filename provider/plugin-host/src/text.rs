//! Text from guests, made safe for terminals and logs.

/// Replaces what could steer a terminal or a CI system: control characters, invisible and bidirectional characters
/// become their escapes, line ends become spaces, and what a CI system would take for a command is broken by a `›`:
/// `::` at the start of a line, `##` there and before a word or a bracket anywhere.
pub(crate) fn visible(text: &str, max_bytes: usize) -> String {
    if is_plain(text, max_bytes) {
        return text.to_owned();
    }
    replaced(text, max_bytes)
}

fn replaced(text: &str, max_bytes: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max_bytes));
    for c in text.chars() {
        if out.len() >= max_bytes {
            out.push('…');
            break;
        }
        if out.ends_with("##") && (c == '[' || c.is_ascii_alphabetic()) {
            out.push('›');
        }
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || is_invisible(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    let marker = out.trim_start();
    if marker.starts_with("::") || marker.starts_with("##") {
        out.insert(0, '›');
    }
    out
}

/// Whether [`visible`] would leave the text as it is, at a glance. Nearly all texts are like that, and an inventory has a
/// hundred thousand of them.
pub(crate) fn is_plain(text: &str, max_bytes: usize) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| (b' '..=b'~').contains(byte);
    // Ids have single colons.
    let twice = |pair: &[u8]| matches!(pair, b"::" | b"##");
    bytes.len() <= max_bytes && bytes.iter().all(plain) && !bytes.windows(2).any(twice)
}

/// Zero-width, bidirectional and tag characters.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{is_plain, replaced, visible};

    #[test]
    fn terminals_and_ci_systems_are_not_steered() {
        for (text, shown) in [
            ("plain `ü` 日本", "plain `ü` 日本"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\u{9b}b", "a\\u{9b}b"),
            ("a\u{202e}b\u{e0041}", "a\\u{202e}b\\u{e0041}"),
            ("ok\nApply complete!", "ok Apply complete!"),
            ("::set-output name=x", "›::set-output name=x"),
            ("fd00::1 a::b", "fd00::1 a::b"),
            ("##vso[task]", "›##›vso[task]"),
            ("done ##vso[task]", "done ##›vso[task]"),
            ("done ##[group]", "done ##›[group]"),
            ("see ## 2", "see ## 2"),
        ] {
            assert_eq!(visible(text, 100), shown);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(visible("äöüäöü", 5), "äöü…");
    }

    #[test]
    fn what_is_plain_at_a_glance_is_left_as_it_is() {
        let mut texts = vec![String::new()];
        let mut plain = 0;
        while let Some(text) = texts.pop() {
            if is_plain(&text, 8) {
                assert_eq!(replaced(&text, 8), text);
                plain += 1;
            }
            if text.len() < 5 {
                texts.extend([':', '#', '[', 'a', ' ', '\n'].map(|c| format!("{text}{c}")));
            }
        }
        assert!(plain > 2_000, "{plain}");
        assert!(is_plain("node-1:gpu:0", 12) && !is_plain("node-1:gpu:0", 11));
    }
}
