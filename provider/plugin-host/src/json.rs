//! JSON text from guests, read within bounds.

use serde_json::Value;

/// Levels of nesting; the deepest attribute of any resource has six.
const DEPTH: usize = 64;
/// Digits of one number; 2^64 has twenty.
const DIGITS: usize = 512;

/// Reads an object. The error is a clause that begins with what `name` is.
pub(crate) fn object(name: &str, text: &str) -> Result<Value, String> {
    bounded(text).map_err(|reason| format!("its `{name}` {reason}"))?;
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("its `{name}` is not JSON: {error}"))?;
    match value {
        Value::Object(_) => Ok(value),
        _ => Err(format!("its `{name}` is JSON and no object")),
    }
}

/// Looks at brackets and digits before anything is built from them.
fn bounded(text: &str) -> Result<(), String> {
    let (mut depth, mut digits, mut quoted, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Err(format!("is nested more than {DEPTH} levels deep"));
        }
        if digits > DIGITS {
            return Err(format!("has a number of more than {DIGITS} digits"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn an_object_within_bounds_is_read() {
        let deep = format!("{}{}", "{\"a\":".repeat(63), "{}") + &"}".repeat(63);
        object("x", &deep).unwrap();
        object("x", &format!("{{\"n\": {}}}", "1".repeat(512))).unwrap();
        object("x", r#"{"[[[": "\\\"]", "b": "111"}"#).unwrap();
    }

    #[test]
    fn what_could_hurt_is_refused_before_it_is_built() {
        for (text, reason) in [
            ("[".repeat(1_000_000), "64 levels"),
            (
                format!("{{\"n\": {}}}", "9".repeat(4_000_000)),
                "512 digits",
            ),
            ("[]".to_owned(), "no object"),
            ("{".to_owned(), "not JSON"),
            (String::new(), "not JSON"),
        ] {
            let error = object("attributes", &text).unwrap_err();
            assert!(error.contains(reason), "{error}");
            assert!(error.starts_with("its `attributes` "), "{error}");
        }
    }
}
