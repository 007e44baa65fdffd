//! Headers that guests may set.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::http::rights::Refusal;

/// Header fields of one request or response; more is honest in neither.
pub(super) const FIELDS: usize = 100;
/// Bytes of all header fields of one request.
const BYTES: usize = 32 * 1024;

/// Headers that frame a message or belong to one connection: whoever sets them decides where a message ends and whom
/// it is for (RFC 9110, sections 7.2 and 7.6.1; RFC 9112, section 6).
const OF_THE_HOST: [&str; 15] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Adds a guest's header after checking name, value and the sum so far.
pub(super) fn insert(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Refusal> {
    let refused = |reason: String| Refusal::new(reason, "Report this to the plugin's author.");
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        refused("a header name has characters that no header name may have".to_owned())
    })?;
    if OF_THE_HOST.contains(&name.as_str()) {
        return Err(refused(format!("the header `{name}` belongs to the host")));
    }
    let value = HeaderValue::from_str(value).map_err(|_| {
        refused(format!(
            "the value of header `{name}` has characters that no header may have"
        ))
    })?;
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if headers.len() >= FIELDS || bytes + name.as_str().len() + value.len() > BYTES {
        return Err(refused(format!(
            "it has more than {FIELDS} headers or {BYTES} bytes of them"
        )));
    }
    headers.append(name, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::insert;
    use http::HeaderMap;

    #[test]
    fn framing_and_injection_are_refused() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("Host", "internal.example"),
            ("Transfer-Encoding", "chunked"),
            ("Content-Length", "5"),
            ("Connection", "upgrade"),
            ("Upgrade", "websocket"),
            ("Proxy-Authorization", "x"),
            ("x y", "z"),
            ("x\r\nhost", "z"),
            ("x", "a\r\nhost: b"),
            ("x", "a\0"),
            ("", "z"),
        ] {
            assert!(
                insert(&mut headers, name, value).is_err(),
                "{name:?}: {value:?}"
            );
        }
        assert!(insert(&mut headers, "Accept", "application/json").is_ok());
    }

    #[test]
    fn the_number_and_size_of_headers_have_an_end() {
        let mut many = HeaderMap::new();
        assert_eq!(
            (0..1000)
                .filter(|i| insert(&mut many, &format!("x-{i}"), "v").is_ok())
                .count(),
            100
        );
        let mut large = HeaderMap::new();
        assert!(insert(&mut large, "x", &"v".repeat(33 * 1024)).is_err());
    }
}
