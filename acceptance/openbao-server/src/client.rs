//! Requests to the server as whoever holds a token.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// How long the server may think about one request.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whoever holds a token.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    token: String,
}

/// What the server said.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The body as JSON; null without one.
    pub body: Value,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        Self {
            address,
            token: token.to_owned(),
        }
    }

    /// Reads what is at `path`, which begins below `/v1/`.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.done("GET", path, None)
    }

    /// Sends something to `path`. The answer is null where the server gives none.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.done("POST", path, Some(body))
    }

    /// Deletes what is at `path`.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn delete(&self, path: &str) -> Result<Value> {
        self.done("DELETE", path, None)
    }

    /// Writes the text of a policy.
    ///
    /// # Errors
    /// When the server refuses the text.
    pub fn policy(&self, name: &str, text: &str) -> Result<()> {
        let path = format!("sys/policies/acl/{name}");
        self.post(&path, &json!({"policy": text})).map(drop)
    }

    /// Sends what a list says, one request an entry: `{"path": "sys/auth/jwt", "body": {"type": "jwt"}}`, by `POST` where it
    /// names no `method`. The answers come back in order.
    ///
    /// # Errors
    /// The first entry that is none, or that the server refuses.
    pub fn all(&self, requests: &Value) -> Result<Vec<Value>> {
        let requests = requests.as_array().context("the requests are no list")?;
        let answers = requests.iter().map(|request| {
            let text = |name: &str| request.get(name).and_then(Value::as_str);
            let path = text("path").context("a request without `path`")?;
            self.done(text("method").unwrap_or("POST"), path, request.get("body"))
        });
        answers.collect()
    }

    fn done(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let answer = self.send(method, path, body)?;
        ensure!(
            (200..300).contains(&answer.status),
            "{method} {path}: status {}: {}",
            answer.status,
            answer.body
        );
        Ok(answer.body)
    }

    /// Sends one request, and gives the answer whatever its status.
    ///
    /// # Errors
    /// When there is no answer, or one that is no JSON.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "{method} /v1/{path} HTTP/1.1\r\nhost: {}\r\nx-vault-token: {}\r\nx-vault-request: true\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        )?;
        read(BufReader::new(stream)).with_context(|| format!("{method} {path}"))
    }
}

fn read(mut stream: impl BufRead) -> Result<Answer> {
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let status = first.split(' ').nth(1).context("no status")?.parse()?;
    let mut is_chunked = false;
    loop {
        let mut line = String::new();
        ensure!(stream.read_line(&mut line)? > 0, "the head is cut off");
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        is_chunked |= line == "transfer-encoding: chunked";
    }
    let body = if is_chunked {
        chunks(&mut stream)?
    } else {
        let mut body = Vec::new();
        stream.read_to_end(&mut body)?;
        body
    };
    let text = String::from_utf8_lossy(&body);
    let body = match text.trim() {
        "" => Value::Null,
        text => serde_json::from_str(text).with_context(|| format!("no JSON: {text}"))?,
    };
    Ok(Answer { status, body })
}

fn chunks(stream: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = u64::from_str_radix(line.trim_end(), 16).context("a chunk without a size")?;
        stream.by_ref().take(size).read_to_end(&mut body)?;
        stream.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(body);
        }
    }
}
