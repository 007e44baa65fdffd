//! The one form of a request that both sides sign.

use std::collections::BTreeMap;

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::{Unsigned, hex};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Headers that proxies may change on the way.
const UNSIGNED: [&str; 3] = ["accept-encoding", "user-agent", "x-amzn-trace-id"];

/// The canonical request, and the names of the headers in it.
pub(super) fn request(headers: &HeaderMap, request: &Unsigned<'_>) -> (String, String) {
    let mut values = BTreeMap::<&str, Vec<String>>::new();
    for (name, value) in headers {
        if !UNSIGNED.contains(&name.as_str()) {
            let text = String::from_utf8_lossy(value.as_bytes());
            let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
            values
                .entry(name.as_str())
                .or_default()
                .push(words.join(" "));
        }
    }
    let names: Vec<&str> = values.keys().copied().collect();
    let names = names.join(";");
    let lines = values
        .iter()
        .map(|(name, values)| format!("{name}:{}\n", values.join(",")));
    let lines: String = lines.collect();
    let text = format!(
        "{}\n{}\n{}\n{lines}\n{names}\n{}",
        request.method,
        path(&request.target.path),
        query(request.target.query.as_deref().unwrap_or_default()),
        hex(&Sha256::digest(request.body))
    );
    (text, names)
}

/// The path with single slashes, each segment percent-encoded once more than it is sent.
fn path(sent: &str) -> String {
    let segments: Vec<String> = sent
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(encoded)
        .collect();
    let end = if sent.ends_with('/') && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", segments.join("/"))
}

/// The parameters in order of their encoded names and values; one without a value has an empty one.
fn query(sent: &str) -> String {
    let plain = |text: &str| encoded(&percent_decode_str(text).decode_utf8_lossy());
    let mut pairs: Vec<(String, String)> = sent
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(name), plain(value))
        })
        .collect();
    pairs.sort();
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<String>>().join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}
