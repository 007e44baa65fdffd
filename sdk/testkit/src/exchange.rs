//! Requests and their answers, written down.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::Message;
use crate::secrets::Secrets;

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What is asked.
    pub request: Asked,
    /// What is answered.
    pub response: Answer,
}

/// A request, as far as it decides the answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Upper case.
    pub method: String,
    /// Path, with a query if that matters.
    pub path: String,
    /// A body that has to be sent; without it any.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers beside those that frame the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body: a text as it is, anything else as JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// Headers that say who asks, or that are of no use in a file.
const DROPPED: [&str; 9] = [
    "authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "proxy-authorization",
    "date",
    "content-length",
    "connection",
    "transfer-encoding",
];

impl Exchange {
    /// What passed by, without what identifies who asked.
    pub(crate) fn of(request: &Message, response: &Message, secrets: &Secrets) -> Self {
        let headers = response.headers.iter();
        let headers = headers.filter(|(name, _)| !DROPPED.contains(&name.as_str()));
        Self {
            request: Asked {
                method: request.method().to_owned(),
                path: secrets.scrub(request.target()),
                body: body(&request.body, secrets),
            },
            response: Answer {
                status: response.status(),
                headers: headers
                    .map(|(name, value)| (name.clone(), secrets.scrub(value)))
                    .collect(),
                body: body(&response.body, secrets),
            },
        }
    }
}

impl Answer {
    /// A successful answer with a JSON body.
    #[must_use]
    pub fn json(body: Value) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body,
        }
    }

    /// An answer with that status and no body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Value::Null,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            body => body.to_string().into_bytes(),
        }
    }

    pub(crate) fn to_message(&self) -> Message {
        Message::answer(self.status, &self.headers, self.bytes())
    }
}

fn body(bytes: &[u8], secrets: &Secrets) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    let text = secrets.scrub(&String::from_utf8_lossy(bytes));
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Reads exchanges from a JSON file.
///
/// # Errors
/// When the file cannot be read, or is no list of exchanges.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Exchange>> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let text = fs::read(path).map_err(named)?;
    serde_json::from_slice(&text).map_err(|error| named(error.into()))
}

/// Writes exchanges to a JSON file, which [`Script::from_file`](crate::Script::from_file) plays.
///
/// # Errors
/// When the file cannot be written.
pub fn write_exchanges(path: &Path, exchanges: &[Exchange]) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(exchanges)?;
    text.push('\n');
    fs::write(path, text)
}
