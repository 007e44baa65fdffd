//! The beginning of a list, read before its objects are: where the list goes on.

/// Servers write the metadata of a list before its objects. What is not here is not looked for further on.
const HEAD_BYTES: usize = 4096;

/// What the server gave to go on with, empty on the last page; none when the head does not say, because it is written
/// otherwise. Only a hint: what the whole list says counts.
pub(crate) fn next(body: &[u8]) -> Option<String> {
    let head = body.get(..body.len().min(HEAD_BYTES))?;
    let head = head.get(..find(head, b"\"items\"")?)?;
    let metadata = head.get(find(head, b"\"metadata\"")?..)?;
    let Some(at) = find(metadata, CONTINUE) else {
        return Some(String::new());
    };
    let value = metadata.get(at + CONTINUE.len()..)?;
    let value = value.get(..find(value, b"\"")?)?;
    // Tokens are base64; one that needs escapes is left to whoever reads the whole list.
    let plain = value
        .iter()
        .all(|byte| byte.is_ascii_graphic() && *byte != b'\\');
    plain.then(|| String::from_utf8_lossy(value).into_owned())
}

const CONTINUE: &[u8] = b"\"continue\":\"";

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_head_of_a_list_says_where_it_goes_on() {
        for (list, expected) in [
            (
                r#"{"kind":"NodeList","metadata":{"resourceVersion":"7","continue":"eyJ2","remainingItemCount":3},"items":[]}"#,
                Some("eyJ2"),
            ),
            (
                r#"{"kind":"NodeList","metadata":{"resourceVersion":"7","continue":""},"items":[]}"#,
                Some(""),
            ),
            (
                r#"{"metadata":{"resourceVersion":"7"},"items":null}"#,
                Some(""),
            ),
            // An object's own words are none of the list's.
            (
                r#"{"items":[{"metadata":{"continue":"x"}}],"metadata":{"continue":"y"}}"#,
                None,
            ),
            (r#"{"metadata":{"continue":"a\"b"},"items":[]}"#, None),
            (r#"{"metadata":{"continue":"half"#, None),
            ("", None),
        ] {
            assert_eq!(next(list.as_bytes()).as_deref(), expected, "{list}");
        }
        let far = format!(
            r#"{{"a":"{}","metadata":{{}},"items":[]}}"#,
            "x".repeat(5000)
        );
        assert_eq!(next(far.as_bytes()), None);
    }
}
