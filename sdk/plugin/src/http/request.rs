//! A request that is being written.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::bindings::imports::http::{self as wire, Header, SecretHeader};
use crate::http::{Exchange, Kept, Response};
use crate::{Failure, host};

/// A request that is being written. [`Request::send`] tries once; [`Client::send`](crate::Client::send) tries again
/// when that is safe.
///
/// ```no_run
/// use portcullis_plugin::{Failure, Request};
///
/// # fn nodes(zone: &str) -> Result<Vec<String>, Failure> {
/// let nodes: Vec<String> = Request::get("https://api.example.com/v1/nodes")
///     .query("zone", zone)
///     .bearer("EXAMPLE_TOKEN")
///     .send()?
///     .json()?;
/// # Ok(nodes) }
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    wire: wire::Request,
    carries_token: bool,
}

impl Request {
    /// A request with any method. Outside apply and destroy the host lets through only methods that read.
    #[must_use]
    pub fn new(method: &str, url: impl Into<String>) -> Self {
        Self {
            wire: wire::Request {
                method: method.to_owned(),
                url: url.into(),
                headers: Vec::new(),
                secret_headers: Vec::new(),
                body: Vec::new(),
                deadline_milliseconds: 0,
            },
            carries_token: false,
        }
    }

    /// Reads `url`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Asks for the head of what [`Request::get`] would give.
    #[must_use]
    pub fn head(url: impl Into<String>) -> Self {
        Self::new("HEAD", url)
    }

    /// Sends something to `url`.
    #[must_use]
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// Puts something in the place of what is at `url`.
    #[must_use]
    pub fn put(url: impl Into<String>) -> Self {
        Self::new("PUT", url)
    }

    /// Changes what is at `url`.
    #[must_use]
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new("PATCH", url)
    }

    /// Deletes what is at `url`.
    #[must_use]
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new("DELETE", url)
    }

    /// Adds a segment to the path, percent-encoded, so that a name with a slash stays one segment.
    #[must_use]
    pub fn segment(mut self, segment: &str) -> Self {
        let url = &mut self.wire.url;
        if !url.ends_with('/') {
            url.push('/');
        }
        percent_encode(url, segment);
        self
    }

    /// Adds a query parameter, percent-encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let url = &mut self.wire.url;
        url.push(if url.contains('?') { '&' } else { '?' });
        percent_encode(url, name);
        url.push('=');
        percent_encode(url, value);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.wire.headers.push(Header {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// Adds a header whose value, `prefix` and then the secret of that name or handle, the host fills in.
    #[must_use]
    pub fn secret_header(mut self, name: &str, prefix: &str, secret: &str) -> Self {
        self.wire.secret_headers.push(SecretHeader {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            secret: secret.to_owned(),
        });
        self
    }

    /// Adds the secret of that name or handle as bearer token.
    #[must_use]
    pub fn bearer(self, secret: &str) -> Self {
        self.secret_header("authorization", "Bearer ", secret)
    }

    /// Adds a header by which the server knows a request that it has seen, so that it may be sent again whatever its
    /// method. `value` is usually `stamp.token`.
    #[must_use]
    pub fn token(mut self, header: &str, value: &str) -> Self {
        self.carries_token = true;
        self.header(header, value)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.wire.body = body.into();
        self
    }

    /// Sets the body to a value as JSON, with its content type.
    ///
    /// # Errors
    /// When the value cannot be JSON, as a map whose keys are no texts.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Self, Failure> {
        let body = serde_json::to_vec(value).map_err(|error| {
            Failure::internal(format!("A request body cannot be JSON: {error}."))
        })?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// Limits connection, request and whole response together. The host's default is used without it.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.wire.deadline_milliseconds = u32::try_from(deadline.as_millis()).unwrap_or(u32::MAX);
        self
    }

    /// Sends the request once and waits for the whole response, whatever its status.
    ///
    /// # Errors
    /// When the host refuses the request or no response came in time.
    pub fn send(self) -> Result<Response, Failure> {
        let response = host::send(&self.wire)?;
        Ok(Response::new(self.asked(), response))
    }

    /// Sends the request once; the host keeps the texts at these JSON pointers (RFC 6901) of the answer and gives a
    /// handle for each. For answers that hold secrets, such as a token that was just issued: they never enter the guest.
    ///
    /// ```no_run
    /// use portcullis_plugin::{Failure, Request};
    ///
    /// # fn issue() -> Result<(), Failure> {
    /// let kept = Request::post("https://api.example.com/v1/tokens").send_and_keep(&["/token"])?;
    /// let handle = kept.handle(0)?;
    /// Request::get("https://api.example.com/v1/me").bearer(handle).send()?.success()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`Request::send`], and when a pointer leads to no text.
    pub fn send_and_keep(self, pointers: &[&str]) -> Result<Kept, Failure> {
        let pointers: Vec<String> = pointers.iter().map(|&pointer| pointer.to_owned()).collect();
        let kept = host::send_and_keep(&self.wire, &pointers)?;
        Ok(Kept {
            response: Response::new(self.asked(), kept.response),
            handles: kept.handles,
        })
    }

    /// Sends the request once, signed by the host for that service of AWS (Signature Version 4). The manifest asks for it
    /// with [`SignatureAccess`](crate::SignatureAccess); no key enters the guest.
    ///
    /// # Errors
    /// As [`Request::send`].
    pub fn send_signed(self, service: &str) -> Result<Response, Failure> {
        let response = host::send_signed(&self.wire, service)?;
        Ok(Response::new(self.asked(), response))
    }

    /// Connects and sends the head and what body there is, to send more of it or to read the response in pieces.
    ///
    /// # Errors
    /// When the host refuses the request or the connection.
    pub fn open(self) -> Result<Exchange, Failure> {
        Exchange::open(&self.wire, self.asked())
    }

    /// Whether a second request of this kind does nothing that the first has not done (RFC 9110, section 9.2.2).
    pub(crate) fn may_be_repeated(&self) -> bool {
        let idempotent = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];
        self.carries_token || idempotent.contains(&self.wire.method.as_str())
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        let is = |header: &Header| header.name.eq_ignore_ascii_case(name);
        self.wire.headers.iter().any(is)
    }

    pub(crate) fn has_secret_header(&self) -> bool {
        !self.wire.secret_headers.is_empty()
    }

    pub(crate) fn url(&self) -> &str {
        &self.wire.url
    }

    pub(crate) fn set_url(&mut self, url: String) {
        self.wire.url = url;
    }

    /// Scheme, host and port as they are written.
    pub(crate) fn origin(&self) -> &str {
        origin(&self.wire.url)
    }

    /// Method and URL, without the query, which may be long.
    pub(crate) fn asked(&self) -> String {
        let url = self.wire.url.split('?').next().unwrap_or_default();
        format!("{} {url}", self.wire.method)
    }
}

/// Scheme, host and port of a URL as they are written.
pub(crate) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?', '#']));
    end.and_then(|end| url.get(..host + end)).unwrap_or(url)
}

fn percent_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let written = write!(out, "%{byte:02X}");
                debug_assert!(written.is_ok(), "writing to a string cannot fail");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, origin};

    #[test]
    fn query_and_segments_are_percent_encoded() {
        let request = Request::get("https://a.example/pools")
            .segment("a/b c")
            .query("query", "a{b=\"c d\"}")
            .query("t", "ü");
        assert_eq!(
            request.url(),
            "https://a.example/pools/a%2Fb%20c?query=a%7Bb%3D%22c%20d%22%7D&t=%C3%BC"
        );
        assert_eq!(request.asked(), "GET https://a.example/pools/a%2Fb%20c");
    }

    #[test]
    fn only_what_does_no_harm_twice_may_be_repeated() {
        for (request, expected) in [
            (Request::get("u"), true),
            (Request::put("u"), true),
            (Request::delete("u"), true),
            (Request::post("u"), false),
            (Request::patch("u"), false),
            (Request::post("u").token("idempotency-key", "t"), true),
        ] {
            assert_eq!(request.may_be_repeated(), expected, "{request:?}");
        }
    }

    #[test]
    fn origin_ends_where_the_path_begins() {
        for (url, expected) in [
            ("https://a.example", "https://a.example"),
            ("https://a.example:8443/x?y", "https://a.example:8443"),
            ("http://[::1]:9090?x", "http://[::1]:9090"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}
