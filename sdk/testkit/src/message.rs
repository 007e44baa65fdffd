//! HTTP/1.1 messages, as far as a test needs them: whole, over a stream that serves one of them.
//!
//! By hand and not with a library, because a server that is to break the rules must be able to.

use std::io::{self, BufRead, Read as _, Write};

/// Bytes that a message may have.
const MESSAGE_BYTES: u64 = 64 << 20;

/// A request or a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Request line or status line.
    pub(crate) start: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// Reads a request; none when the stream ends before one begins.
    pub(crate) fn request(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut message = Self::head(stream)?;
        if let Some(message) = &mut message {
            message.read_body(stream, false)?;
        }
        Ok(message)
    }

    /// Reads the response to a request with that method.
    pub(crate) fn response(stream: &mut impl BufRead, method: &str) -> io::Result<Self> {
        let mut message = Self::head(stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let bodiless = method == "HEAD" || matches!(message.status(), 204 | 304);
        if !bodiless {
            message.read_body(stream, true)?;
        }
        Ok(message)
    }

    fn head(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut message = Self::default();
        let mut line = String::new();
        while stream.read_line(&mut line)? > 0 {
            let text = line.trim_end();
            match text.split_once(": ") {
                _ if message.start.is_empty() => text.clone_into(&mut message.start),
                _ if text.is_empty() => return Ok(Some(message)),
                Some((name, value)) => message
                    .headers
                    .push((name.to_ascii_lowercase(), value.to_owned())),
                None => return Err(io::ErrorKind::InvalidData.into()),
            }
            line.clear();
        }
        if message.start.is_empty() {
            return Ok(None);
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn read_body(&mut self, stream: &mut impl BufRead, until_end: bool) -> io::Result<()> {
        if self.header("transfer-encoding") == Some("chunked") {
            return self.read_chunks(stream);
        }
        let len = self
            .header("content-length")
            .and_then(|len| len.parse().ok());
        let len: u64 = len.unwrap_or(if until_end { MESSAGE_BYTES } else { 0 });
        stream
            .take(len.min(MESSAGE_BYTES))
            .read_to_end(&mut self.body)?;
        Ok(())
    }

    fn read_chunks(&mut self, stream: &mut impl BufRead) -> io::Result<()> {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let len = u64::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
            stream
                .take(len.min(MESSAGE_BYTES))
                .read_to_end(&mut self.body)?;
            stream.read_line(&mut line)?;
            if len == 0 {
                return Ok(());
            }
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The method of a request.
    pub(crate) fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// Path and query of a request.
    pub(crate) fn target(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// The status of a response; 0 when there is none.
    pub(crate) fn status(&self) -> u16 {
        let status = self.start.split(' ').nth(1);
        status
            .and_then(|status| status.parse().ok())
            .unwrap_or_default()
    }

    /// A response that closes the connection.
    pub(crate) fn answer(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Self {
        Self {
            start: format!("HTTP/1.1 {status} -"),
            headers: headers.to_vec(),
            body,
        }
    }

    /// A response with a JSON body.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = [("content-type".to_owned(), "application/json".to_owned())];
        Self::answer(status, &headers, body.to_string().into_bytes())
    }

    /// The message on the wire, its framing made anew from the body, for a connection that carries nothing else.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        const FRAMING: [&str; 4] = [
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
        ];
        let mut head = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            if !FRAMING.contains(&name.as_str()) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        head.push_str(&format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            self.body.len()
        ));
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    pub(crate) fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        stream.write_all(&self.to_bytes())?;
        stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let mut text: &[u8] = b"POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
        let request = Message::request(&mut text).unwrap().unwrap();
        assert_eq!((request.method(), request.target()), ("POST", "/a?b"));
        assert_eq!(request.body, b"hi");
        let again = Message::request(&mut request.to_bytes().as_slice())
            .unwrap()
            .unwrap();
        assert_eq!((again.start, again.body), (request.start, request.body));
    }

    #[test]
    fn chunks_are_put_together() {
        let mut text: &[u8] =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        assert_eq!(Message::response(&mut text, "GET").unwrap().body, b"abcd");
    }

    #[test]
    fn a_stream_that_ends_is_no_request_and_half_a_head_is_an_error() {
        assert!(Message::request(&mut &b""[..]).unwrap().is_none());
        assert!(Message::request(&mut &b"GET / HTTP/1.1\r\n"[..]).is_err());
    }
}
