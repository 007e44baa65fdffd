//! Metadata and status of a call: header fields and trailers.

use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;

use crate::bindings::imports::grpc::Status;
use crate::bindings::imports::http::Header;
use crate::http::rights::Refusal;

/// Metadata that belongs to the host.
const OF_THE_HOST: [&str; 2] = ["content-type", "user-agent"];
/// `UNKNOWN`.
const UNKNOWN: u32 = 2;

/// Refuses metadata that says how a call is made.
pub(super) fn check(metadata: &HeaderMap) -> Result<(), Refusal> {
    let reserved = |name: &&str| name.starts_with("grpc-") || OF_THE_HOST.contains(name);
    match metadata.keys().map(|name| name.as_str()).find(reserved) {
        None => Ok(()),
        Some(name) => Err(Refusal::new(
            format!("the metadata `{name}` belongs to the host"),
            "Report this to the plugin's author.",
        )),
    }
}

/// The status that header fields or trailers state, without what begins with `grpc-`.
pub(super) fn stated(fields: &HeaderMap, shown: impl Fn(&[u8]) -> String) -> Option<Status> {
    let code = fields.get("grpc-status")?;
    let code = code.to_str().ok().and_then(|code| code.parse().ok());
    let message = fields.get("grpc-message").map(|message| {
        let text = String::from_utf8_lossy(message.as_bytes()).into_owned();
        let decoded: Vec<u8> = percent_decode_str(&text).collect();
        shown(&decoded)
    });
    let trailers = fields
        .iter()
        .filter(|(name, _)| !name.as_str().starts_with("grpc-"));
    Some(Status {
        code: code.unwrap_or(UNKNOWN),
        message: message.unwrap_or_default(),
        trailers: trailers
            .map(|(name, value)| Header {
                name: name.as_str().to_owned(),
                value: shown(value.as_bytes()),
            })
            .collect(),
    })
}

/// What an HTTP status means when no status of gRPC came with it
/// (<https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md>).
pub(super) fn implied(status: StatusCode) -> Status {
    let code = match status.as_u16() {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 | 502 | 503 | 504 => 14,
        _ => UNKNOWN,
    };
    let message = match status {
        StatusCode::OK => "the server sent no status".to_owned(),
        status => format!("the server answered with HTTP status {}", status.as_u16()),
    };
    Status {
        code,
        message,
        trailers: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::{check, implied, stated};

    fn fields(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let field = |&(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        fields.iter().map(field).collect()
    }

    fn shown(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn a_status_is_read_with_its_trailers() {
        let status = stated(
            &fields(&[
                ("grpc-status", "5"),
                ("grpc-message", "no%20pool%21"),
                ("x-id", "7"),
            ]),
            shown,
        )
        .unwrap();
        assert_eq!((status.code, status.message.as_str()), (5, "no pool!"));
        assert_eq!(status.trailers.len(), 1);
        assert_eq!(
            (&*status.trailers[0].name, &*status.trailers[0].value),
            ("x-id", "7")
        );
        assert!(stated(&fields(&[("x-id", "7")]), shown).is_none());
        let odd = stated(&fields(&[("grpc-status", "fine")]), shown).unwrap();
        assert_eq!(odd.code, 2, "not a number");
    }

    #[test]
    fn without_a_status_that_of_http_counts() {
        for (http, grpc) in [
            (200, 2),
            (400, 13),
            (401, 16),
            (403, 7),
            (404, 12),
            (503, 14),
            (500, 2),
        ] {
            let status = implied(StatusCode::from_u16(http).unwrap());
            assert_eq!(status.code, grpc, "HTTP status {http}");
        }
    }

    #[test]
    fn metadata_of_the_protocol_is_the_hosts() {
        for name in [
            "grpc-timeout",
            "grpc-encoding",
            "content-type",
            "user-agent",
        ] {
            assert!(check(&fields(&[(name, "x")])).is_err(), "{name}");
        }
        assert!(check(&fields(&[("x-goog-request-params", "x")])).is_ok());
    }
}
