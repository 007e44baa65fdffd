//! The whole answer to a request.

use serde::de::DeserializeOwned;

use crate::Failure;
use crate::bindings::imports::http::{self as wire, Header};

/// How much of an unexpected body is quoted.
const QUOTED_CHARS: usize = 200;

/// The whole answer to a request.
///
/// ```no_run
/// use portcullis_plugin::{Failure, Request};
///
/// # fn pool() -> Result<Option<serde_json::Value>, Failure> {
/// let response = Request::get("https://api.example.com/v1/pools/a").send()?;
/// if response.status == 404 {
///     return Ok(None);
/// }
/// let revision = response.header("etag").unwrap_or_default().to_owned();
/// # let _ = revision;
/// Ok(Some(response.json()?))
/// # }
/// ```
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

/// An answer of which the host kept some texts; see [`Request::send_and_keep`](crate::Request::send_and_keep).
#[derive(Clone, Debug)]
pub struct Kept {
    /// The answer with `[secret]` where a kept text was.
    pub response: Response,
    /// One handle for each pointer, in order. A handle stands wherever the name of a secret stands, in requests to the
    /// same origin, until the call ends.
    pub handles: Vec<String>,
}

impl Kept {
    /// The handle for the pointer at that position.
    ///
    /// # Errors
    /// When the answer is not a success, or when there were not that many pointers.
    pub fn handle(&self, position: usize) -> Result<&str, Failure> {
        self.response.check()?;
        let handle = self.handles.get(position);
        handle.map(String::as_str).ok_or_else(|| {
            Failure::internal(format!("No text was to be kept at position {position}."))
        })
    }
}

impl Response {
    pub(crate) fn new(asked: String, response: wire::Response) -> Self {
        let headers = response.headers.into_iter();
        Self {
            status: response.status,
            headers: headers
                .map(|Header { name, value }| (name, value))
                .collect(),
            body: response.body,
            asked,
        }
    }

    /// The first header of that name, in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// This response if its status is a success.
    ///
    /// # Errors
    /// Of kind `refused` when the server said no (4xx), `unreachable` when it may say yes later (408, 425, 429, 5xx),
    /// `malformed` for anything else, redirects among them.
    pub fn success(self) -> Result<Self, Failure> {
        self.check().map(|()| self)
    }

    /// The body of a successful response as JSON.
    ///
    /// # Errors
    /// As [`Response::success`], and when the body is not the JSON that `T` expects.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        self.check()?;
        serde_json::from_slice(&self.body).map_err(|error| {
            Failure::malformed(format!(
                "`{}` answered with {} bytes that are not the expected JSON: {error}.",
                self.asked,
                self.body.len()
            ))
        })
    }

    fn check(&self) -> Result<(), Failure> {
        let status = self.status;
        if (200..300).contains(&status) {
            return Ok(());
        }
        let message = format!(
            "`{}` answered with status {status}{}.",
            self.asked,
            self.quoted()
        );
        Err(match status {
            401 | 403 => Failure::refused(message).remedy(
                "Check the secret that is granted to this connector, and what it may do there.",
            ),
            408 | 425 | 429 | 500.. => Failure::unreachable(message),
            400..=499 => Failure::refused(message),
            _ => Failure::malformed(message),
        })
    }

    /// The beginning of the body, where a server says why.
    fn quoted(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let text = text.trim();
        if text.is_empty() {
            return String::new();
        }
        let quoted: String = text.chars().take(QUOTED_CHARS).collect();
        let more = if quoted.len() < text.len() { "..." } else { "" };
        format!(": `{quoted}{more}`")
    }
}

#[cfg(test)]
mod tests {
    use super::Response;

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: vec![("etag".to_owned(), "1".to_owned())],
            body: body.into(),
            asked: "GET https://a.example/".to_owned(),
        }
    }

    #[test]
    fn status_decides_the_kind_of_failure() {
        for (status, kind) in [
            (302, "malformed"),
            (401, "refused"),
            (404, "refused"),
            (409, "refused"),
            (429, "unreachable"),
            (500, "unreachable"),
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

    #[test]
    fn what_the_server_says_is_quoted_and_cut() {
        let failure = answer(400, "no such zone").success().unwrap_err();
        assert_eq!(
            failure.message,
            "`GET https://a.example/` answered with status 400: `no such zone`."
        );
        let failure = answer(400, &"x".repeat(1000)).success().unwrap_err();
        assert!(failure.message.ends_with("x...`."), "{}", failure.message);
    }
}
