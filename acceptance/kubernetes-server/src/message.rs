//! Requests and responses of HTTP/1.1.

use std::io::{BufRead, Read};

use anyhow::{Context, Result, bail, ensure};

/// A request or a response.
#[derive(Debug)]
pub(crate) struct Message {
    /// `GET /path HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub(crate) first: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Without transfer coding.
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// The next message; none at the end of the connection.
    pub(crate) fn read(stream: &mut impl BufRead) -> Result<Option<Self>> {
        let mut first = String::new();
        if stream.read_line(&mut first)? == 0 {
            return Ok(None);
        }
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            ensure!(
                stream.read_line(&mut line)? > 0,
                "the connection ended in the middle of a head"
            );
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').context("a header without a colon")?;
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut message = Self {
            first: first.trim_end().to_owned(),
            headers,
            body: Vec::new(),
        };
        message.body = message.read_body(stream)?;
        Ok(Some(message))
    }

    fn read_body(&self, stream: &mut impl BufRead) -> Result<Vec<u8>> {
        if self.header("transfer-encoding") == Some("chunked") {
            return chunks(stream);
        }
        let length = self.header("content-length").unwrap_or("0").parse()?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(body)
    }

    /// The first header of that name, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Of a response.
    pub(crate) fn status(&self) -> Result<u16> {
        let status = self.first.split(' ').nth(1);
        Ok(status.context("a response without a status")?.parse()?)
    }

    /// Method and target of a request.
    pub(crate) fn asked(&self) -> Result<(&str, &str)> {
        let mut words = self.first.split(' ');
        match (words.next(), words.next()) {
            (Some(method), Some(target)) => Ok((method, target)),
            _ => bail!("`{}` is no request", self.first),
        }
    }
}

fn chunks(stream: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = line.trim_end().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16).with_context(|| format!("chunk size `{size}`"))?;
        let read = stream.by_ref().take(size).read_to_end(&mut body)?;
        ensure!(
            u64::try_from(read)? == size,
            "the connection ended in the middle of a chunk"
        );
        let mut end = String::new();
        stream.read_line(&mut end)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn both_framings_are_read() {
        let sized = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}rest";
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n";
        for text in [sized, chunked] {
            let message = Message::read(&mut text.as_bytes()).unwrap().unwrap();
            assert_eq!(
                (message.status().unwrap(), message.body.as_slice()),
                (200, b"{}".as_slice())
            );
        }
        assert!(Message::read(&mut "".as_bytes()).unwrap().is_none());
    }

    #[test]
    fn a_message_that_is_cut_off_is_an_error() {
        for text in [
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
            "HTTP/1.1 200 OK\r\ncontent-le",
        ] {
            assert!(Message::read(&mut text.as_bytes()).is_err(), "{text}");
        }
    }
}
