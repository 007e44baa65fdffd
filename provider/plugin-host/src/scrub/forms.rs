//! The forms in which a secret may come back: raw, and in the encodings that servers, logs and guests use.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What RFC 3986 lets stand unencoded.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Every form of `secret` that is looked for, each once.
pub(super) fn forms(secret: &str) -> BTreeSet<Vec<u8>> {
    let bytes = secret.as_bytes();
    let mut forms = BTreeSet::from([bytes.to_vec()]);
    forms.extend(base64_forms(bytes));
    forms.extend(hex_forms(bytes));
    forms.extend(percent_forms(bytes));
    forms.extend(json_forms(secret));
    forms
}

/// Base64 of a text in which the secret begins at any offset. Characters that also depend on its neighbours are left
/// out at both ends.
fn base64_forms(secret: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..3_usize).flat_map(move |offset| {
        let mut padded = vec![0; offset];
        padded.extend_from_slice(secret);
        let first = (offset * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        [STANDARD_NO_PAD, URL_SAFE_NO_PAD]
            .map(|engine| engine.encode(&padded))
            .map(|text| {
                text.get(first..last)
                    .unwrap_or_default()
                    .as_bytes()
                    .to_vec()
            })
    })
}

fn hex_forms(secret: &[u8]) -> [Vec<u8>; 2] {
    let mut text = String::with_capacity(secret.len() * 2);
    for byte in secret {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    [text.to_ascii_uppercase().into_bytes(), text.into_bytes()]
}

/// As a path or query writes it, as a form does, and with every byte encoded; with digits of both cases.
fn percent_forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let encoded = percent_encode(secret, UNRESERVED).to_string();
    let form = encoded.replace("%20", "+");
    let mut whole = String::with_capacity(secret.len() * 3);
    for byte in secret {
        let written = write!(whole, "%{byte:02X}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    let lower = [&encoded, &form, &whole].map(|text| lower_escapes(text));
    [encoded, form, whole]
        .into_iter()
        .chain(lower)
        .map(String::into_bytes)
        .collect()
}

/// `%2F` becomes `%2f`; letters outside of escapes stay.
fn lower_escapes(text: &str) -> String {
    let mut left = 0;
    text.chars()
        .map(|c| {
            if c == '%' {
                left = 2;
                return c;
            }
            if left > 0 {
                left -= 1;
                return c.to_ascii_lowercase();
            }
            c
        })
        .collect()
}

/// As JSON texts write it: with the escapes that are necessary, with `/` escaped too, with what HTML reads escaped as
/// Go does, and with everything but ASCII escaped as Python does.
fn json_forms(secret: &str) -> Vec<Vec<u8>> {
    let quoted = serde_json::Value::from(secret).to_string();
    let plain = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or_default()
        .to_owned();
    let slashes = plain.replace('/', "\\/");
    let html = plain
        .replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e");
    let ascii: String = plain
        .chars()
        .flat_map(|c| match c {
            c if c.is_ascii() => vec![c],
            c => {
                let units: String = c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect();
                units.chars().collect()
            }
        })
        .collect();
    [plain, slashes, html, ascii].map(String::into_bytes).into()
}
