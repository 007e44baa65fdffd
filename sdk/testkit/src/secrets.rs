//! Values that must not be seen, in whatever form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Values that must not be seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets {
    forms: Vec<String>,
}

impl Secrets {
    pub(crate) fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms: Vec<String> = values.into_iter().flat_map(forms).collect();
        // The longest first, so that no rest of one form is left beside another.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self { forms }
    }

    /// The text with `[secret]` in the place of each.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let forms = self.forms.iter();
        forms.fold(text.to_owned(), |text, form| text.replace(form, "[secret]"))
    }

    /// Whether one of them can be seen.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| text.contains(form.as_str()))
    }
}

/// A value as it is, in hexadecimal digits, percent-encoded, escaped for JSON, and in base64 at each of the three places
/// it can have in a longer text, without the ends that its neighbours decide.
fn forms(value: &str) -> Vec<String> {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let json = serde_json::Value::from(value).to_string();
    let json = json.trim_matches('"').to_owned();
    let mut forms = vec![value.to_owned(), hex.to_uppercase(), hex, percent, json];
    for offset in 0..3 {
        let mut padded = vec![0; offset];
        padded.extend_from_slice(value.as_bytes());
        let encoded = STANDARD_NO_PAD.encode(&padded);
        let begin = [0, 2, 3].get(offset).copied().unwrap_or_default();
        let end = encoded
            .len()
            .saturating_sub(usize::from(padded.len() % 3 != 0));
        forms.extend(
            encoded
                .get(begin..end)
                .filter(|form| form.len() > 7)
                .map(str::to_owned),
        );
    }
    forms.retain(|form| !form.is_empty());
    forms
}

#[cfg(test)]
mod tests {
    use super::Secrets;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn every_form_is_seen() {
        let secrets = Secrets::new(["s3cr3t/\"canary\""]);
        for prefix in ["", "a", "ab", "user:"] {
            let encoded = STANDARD.encode(format!("{prefix}s3cr3t/\"canary\"{prefix}"));
            assert!(secrets.are_in(&encoded), "{prefix}: {encoded}");
        }
        for text in [
            "x s3cr3t/\"canary\" y",
            "s3cr3t%2F%22canary%22",
            r#"s3cr3t/\"canary\""#,
            "7333637233742f",
        ] {
            assert_eq!(secrets.are_in(text), text != "7333637233742f", "{text}");
        }
        assert_eq!(secrets.scrub("a s3cr3t/\"canary\" b"), "a [secret] b");
        assert!(!secrets.are_in("nothing here"));
    }
}
