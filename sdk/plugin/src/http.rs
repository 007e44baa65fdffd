//! Requests over HTTP, sent by the host to hosts that are asked for and granted.

use std::fmt::Write as _;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::Failure;
use crate::bindings::imports::http::{self as host, Header, SecretHeader};

/// A request that is being written.
///
/// ```no_run
/// # fn pages() -> Result<(), portcullis_plugin::Failure> {
/// let nodes: Vec<String> = portcullis_plugin::Request::get("https://api.example.com/v1/nodes")
///     .query("zone", "eu 1")
///     .secret_header("authorization", "Bearer ", "EXAMPLE_TOKEN")
///     .send()?
///     .json()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    secret_headers: Vec<(String, String, String)>,
    body: Vec<u8>,
    deadline: Duration,
}

/// The whole answer to a request.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code, 200 for example.
    pub status: u16,
    /// Names in lower case with their values, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body without content coding.
    pub body: Vec<u8>,
    asked: String,
}

impl Request {
    /// Reads `url`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url.into())
    }

    /// Sends a body to `url`; refused by the host outside apply and destroy.
    #[must_use]
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::new("POST", url.into())
        }
    }

    /// Adds a query parameter, percent-encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url
            .push(if self.url.contains('?') { '&' } else { '?' });
        percent_encode(&mut self.url, name);
        self.url.push('=');
        percent_encode(&mut self.url, value);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a header whose value, `prefix` and then the secret of that name, the host fills in.
    #[must_use]
    pub fn secret_header(mut self, name: &str, prefix: &str, secret: &str) -> Self {
        self.secret_headers
            .push((name.to_owned(), prefix.to_owned(), secret.to_owned()));
        self
    }

    /// Limits connection, request and whole response together. The host's default is used without it.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sends the request and waits for the whole response, whatever its status.
    ///
    /// # Errors
    /// When the host refuses the request or no response came in time.
    pub fn send(self) -> Result<Response, Failure> {
        let asked = format!("{} {}", self.method, self.url);
        let response = host::send(&host::Request {
            method: self.method.to_owned(),
            url: self.url,
            headers: self
                .headers
                .into_iter()
                .map(|(name, value)| Header { name, value })
                .collect(),
            secret_headers: self
                .secret_headers
                .into_iter()
                .map(|(name, prefix, secret)| SecretHeader {
                    name,
                    prefix,
                    secret,
                })
                .collect(),
            body: self.body,
            deadline_milliseconds: u32::try_from(self.deadline.as_millis()).unwrap_or(u32::MAX),
        })?;
        let headers = response
            .headers
            .into_iter()
            .map(|Header { name, value }| (name, value));
        Ok(Response {
            status: response.status,
            headers: headers.collect(),
            body: response.body,
            asked,
        })
    }

    fn new(method: &'static str, url: String) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            secret_headers: Vec::new(),
            body: Vec::new(),
            deadline: Duration::ZERO,
        }
    }
}

impl Response {
    /// The body of a successful response as JSON.
    ///
    /// # Errors
    /// When the status is not a success, or the body is not the JSON that `T` expects.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if !(200..300).contains(&self.status) {
            let message = format!("`{}` answered with status {}.", self.asked, self.status);
            return Err(match self.status {
                401 | 403 => Failure::refused(message),
                429 | 500.. => Failure::unreachable(message),
                _ => Failure::malformed(message),
            });
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            Failure::malformed(format!(
                "`{}` answered with {} bytes that are not the expected JSON: {error}.",
                self.asked,
                self.body.len()
            ))
        })
    }
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
    use super::{Request, Response};

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: body.into(),
            asked: "GET https://a.example/".to_owned(),
        }
    }

    #[test]
    fn query_is_percent_encoded() {
        let request = Request::get("https://a.example/q")
            .query("query", "a{b=\"c d\"}")
            .query("t", "ü");
        assert_eq!(
            request.url,
            "https://a.example/q?query=a%7Bb%3D%22c%20d%22%7D&t=%C3%BC"
        );
    }

    #[test]
    fn status_decides_the_kind_of_failure() {
        for (status, kind) in [
            (401, "refused"),
            (404, "malformed"),
            (429, "unreachable"),
            (503, "unreachable"),
        ] {
            let failure = answer(status, "{}")
                .json::<serde_json::Value>()
                .unwrap_err();
            assert_eq!(failure.kind, kind, "status {status}");
            assert!(
                failure.message.contains(&status.to_string()),
                "{}",
                failure.message
            );
        }
    }

    #[test]
    fn garbage_says_where_it_came_from() {
        let failure = answer(200, "<html>").json::<Vec<u8>>().unwrap_err();
        assert!(
            failure
                .message
                .starts_with("`GET https://a.example/` answered with 6 bytes")
        );
    }
}
