//! A request and its response, piece by piece.

use std::fmt;
use std::io::{self, Read, Write};

use crate::bindings::imports::http::{self as wire, Header, Request, ResponseHead};
use crate::http::Response;
use crate::{Failure, host};

/// Bytes that are asked for at a time.
const PIECE: u32 = 64 * 1024;

/// A request whose body can be written to, for bodies that should not lie in memory as a whole.
///
/// ```no_run
/// use std::io::{Read as _, Write as _};
/// use portcullis_plugin::{Failure, Request};
///
/// # fn events() -> Result<(), Failure> {
/// let mut exchange = Request::post("https://api.example.com/v1/query").open()?;
/// exchange.write_all(b"select 1").map_err(|error| Failure::unreachable(error.to_string()))?;
/// let mut body = exchange.response()?;
/// let mut first = [0; 1024];
/// let read = body.read(&mut first).map_err(|error| Failure::unreachable(error.to_string()))?;
/// # let _ = read; Ok(()) }
/// ```
pub struct Exchange {
    exchange: host::Exchange,
    asked: String,
}

/// The response to an [`Exchange`], whose body is read in pieces.
pub struct ResponseBody {
    /// The status code, 200 for example.
    pub status: u16,
    /// Names in lower case with their values, in the order in which they came.
    pub headers: Vec<(String, String)>,
    exchange: host::Exchange,
    piece: io::Cursor<Vec<u8>>,
    asked: String,
}

impl Exchange {
    pub(crate) fn open(request: &Request, asked: String) -> Result<Self, Failure> {
        let exchange = host::Exchange::open(request)?;
        Ok(Self { exchange, asked })
    }

    /// Ends the request's body and waits for the head of the response.
    ///
    /// # Errors
    /// When no response came in time.
    pub fn response(self) -> Result<ResponseBody, Failure> {
        let ResponseHead { status, headers } = self.exchange.response()?;
        let headers = headers.into_iter();
        Ok(ResponseBody {
            status,
            headers: headers
                .map(|Header { name, value }| (name, value))
                .collect(),
            exchange: self.exchange,
            piece: io::Cursor::default(),
            asked: self.asked,
        })
    }

    /// Ends the request's body and waits for the whole response, as [`Request::send`](crate::Request::send) does.
    ///
    /// # Errors
    /// When no whole response came in time.
    pub fn whole(self) -> Result<Response, Failure> {
        let ResponseHead { status, headers } = self.exchange.response()?;
        let body = self.exchange.rest()?;
        let response = wire::Response {
            status,
            headers,
            body,
        };
        Ok(Response::new(self.asked, response))
    }
}

impl Write for Exchange {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.exchange.write(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for ResponseBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        let piece = self.exchange.read(PIECE).map_err(io::Error::other)?;
        self.piece = io::Cursor::new(piece);
        self.piece.read(buffer)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("asked", &self.asked)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody")
            .field("asked", &self.asked)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
