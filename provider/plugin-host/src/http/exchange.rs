//! A request and its response over HTTP/1.1, on a connection of their own.

use http::response::Parts;
use http::{HeaderMap, Method, Request, StatusCode, header};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::bindings::imports::http as wit;
use crate::bindings::imports::types::Failure;
use crate::http::arriving::{Arriving, arriving};
use crate::http::body::{Outgoing, Piece};
use crate::http::connection::cause;
use crate::http::deadline::Deadline;
use crate::http::failure::{DEFECT, limit, malformed, out_of_turn, refused, unreachable};
use crate::http::gate::Admitted;
use crate::http::header::FIELDS;
use crate::http::record::Trace;
use crate::http::rights::Refusal;
use crate::scrub::{Mask, ScrubbedStream};
use crate::traffic::Slot;

/// Bytes that may wait unread, which bounds the header section.
const BUFFER_BYTES: usize = 64 * 1024;
/// The longest piece that a guest is given.
const PIECE_BYTES: u32 = 1024 * 1024;

/// A request and its response. Dropping it closes the connection.
#[derive(Debug)]
#[allow(
    unreachable_pub,
    reason = "generated bindings name this type by a public path"
)]
pub struct Exchange {
    asked: String,
    deadline: Deadline,
    trace: Trace,
    state: State,
    scrubbed: ScrubbedStream,
    /// Bytes for the guest that the server sent already.
    ready: Vec<u8>,
    sent: usize,
    received: usize,
    max_body: usize,
    /// Drives the connection and ends with this value.
    driver: JoinSet<()>,
    /// Given back with the last byte.
    slot: Option<Slot>,
}

/// The head of a response, and its body as far as it is here.
type Answer = (Parts, Arriving);

#[derive(Debug)]
enum State {
    /// The head went out; the body may be under way.
    Sending {
        pieces: Option<mpsc::Sender<Piece>>,
        answer: oneshot::Receiver<Result<Answer, String>>,
    },
    /// The head came back.
    Reading(Arriving),
    Ended,
    /// Gone wrong: there is no end that could be taken for a whole body.
    Broken,
}

impl Exchange {
    /// Sends the head and, when it is whole, the body.
    pub(super) async fn open(
        admitted: Admitted,
        body: Vec<u8>,
        streamed: bool,
    ) -> Result<Self, Failure> {
        let Admitted {
            ask,
            stream,
            method,
            target,
            headers,
            deadline,
            mut trace,
            scrubber,
            slot,
            max_body,
        } = admitted;
        let sent = body.len();
        trace.sent(sent);
        let takes_pieces = streamed && method != Method::GET && method != Method::HEAD;
        let (pieces, outgoing) = match takes_pieces {
            true => {
                let (pieces, outgoing) = Outgoing::pieces();
                (Some(pieces), outgoing)
            }
            false => (None, Outgoing::whole(body.clone())),
        };
        let mut request = Request::new(outgoing);
        *request.method_mut() = method;
        *request.headers_mut() = headers;
        *request.uri_mut() = target.path_and_query().parse().map_err(|_| {
            let reason = Refusal::new("its path cannot stand in a request", DEFECT);
            trace.failed(refused(&ask, &reason))
        })?;
        let handshake = async {
            http1::Builder::new()
                .max_headers(FIELDS)
                .max_buf_size(BUFFER_BYTES)
                .handshake(TokioIo::new(stream))
                .await
                .map_err(|error| unreachable(&ask, &cause(&error)))
        };
        let (sender, connection) = deadline
            .within(&ask, handshake)
            .await
            .map_err(|failure| trace.failed(failure))?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // What goes wrong on the way is told to whoever waits for the answer or its body.
            drop(connection.await);
        });
        let (tell, answer) = oneshot::channel();
        driver.spawn(answer_to(request, sender, tell, max_body));
        let mut exchange = Self {
            scrubbed: ScrubbedStream::new(scrubber, target.origin.to_string()),
            asked: ask,
            deadline,
            trace,
            state: State::Sending { pieces, answer },
            ready: Vec::new(),
            sent,
            received: 0,
            max_body,
            driver,
            slot: Some(slot),
        };
        if takes_pieces && !body.is_empty() {
            exchange.piece(body).await?;
        }
        Ok(exchange)
    }

    /// Sends a further piece of the body.
    pub(crate) async fn write(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        self.sent += bytes.len();
        if self.sent > self.max_body {
            let message = format!("A request body of more than {} bytes.", self.max_body);
            return Err(self.broken(limit(message)));
        }
        self.trace.sent(bytes.len());
        if bytes.is_empty() {
            return Ok(());
        }
        self.piece(bytes).await
    }

    async fn piece(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let State::Sending {
            pieces: Some(pieces),
            ..
        } = &self.state
        else {
            return Err(out_of_turn(
                &self.asked,
                "the request takes no further body",
            ));
        };
        let piece = pieces.send(Piece::Bytes(Bytes::from(bytes)));
        // The server may have answered without reading on; `response` tells.
        let stopped = || unreachable(&self.asked, "the server stopped reading the request");
        let sending = async { piece.await.map_err(|_| stopped()) };
        let sent = self.deadline.within(&self.asked, sending).await;
        sent.map_err(|failure| self.trace.failed(failure))
    }

    /// Ends the body and waits for the head of the response.
    pub(crate) async fn response(&mut self) -> Result<wit::ResponseHead, Failure> {
        let parts = self.head().await?;
        Ok(wit::ResponseHead {
            status: parts.status.as_u16(),
            headers: self.headers(&parts.headers),
        })
    }

    /// As [`Exchange::response`], as it came.
    pub(super) async fn head(&mut self) -> Result<Parts, Failure> {
        let State::Sending { pieces, answer } = &mut self.state else {
            return Err(out_of_turn(&self.asked, "its response was asked for twice"));
        };
        if let Some(pieces) = pieces.take() {
            // Beside the answer and not before it: a server may answer without reading to the end.
            self.driver
                .spawn(async move { drop(pieces.send(Piece::End).await) });
        }
        let waiting = async {
            let answered = answer.await;
            answered
                .unwrap_or_else(|_| Err("the connection was closed".to_owned()))
                .map_err(|reason| unreachable(&self.asked, &reason))
        };
        let answer = self.deadline.within(&self.asked, waiting).await;
        let (parts, body) = answer.map_err(|failure| self.broken(failure))?;
        self.trace.answered(parts.status.as_u16().into());
        if let Err(failure) = readable(&self.asked, &parts) {
            return Err(self.broken(failure));
        }
        self.state = State::Reading(body);
        Ok(parts)
    }

    /// Header fields without secrets.
    pub(super) fn headers(&self, headers: &HeaderMap) -> Vec<wit::Header> {
        let value = |value: &[u8]| self.scrubbed.aside(value, Mask::Word);
        headers
            .iter()
            .map(|(name, text)| wit::Header {
                name: name.as_str().to_owned(),
                value: String::from_utf8_lossy(&value(text.as_bytes())).into_owned(),
            })
            .collect()
    }

    /// The next piece of the body without secrets; empty at its end.
    pub(crate) async fn read(&mut self, max_bytes: u32) -> Result<Vec<u8>, Failure> {
        let max_bytes = usize::try_from(max_bytes.clamp(1, PIECE_BYTES)).unwrap_or(1);
        while self.ready.is_empty() {
            match self.next().await? {
                Some(bytes) => self.ready = self.scrubbed.piece(&bytes),
                None => {
                    self.ready = self.scrubbed.end();
                    break;
                }
            }
        }
        let rest = self.ready.split_off(self.ready.len().min(max_bytes));
        Ok(std::mem::replace(&mut self.ready, rest))
    }

    /// What is left of the body, without secrets.
    pub(crate) async fn rest(&mut self) -> Result<Vec<u8>, Failure> {
        let body = self.body().await?;
        let rest = self.scrubbed.rest(body);
        if self.ready.is_empty() {
            return Ok(rest);
        }
        let mut ready = std::mem::take(&mut self.ready);
        ready.extend(rest);
        Ok(ready)
    }

    /// What is left of the body as it came, secrets included: not for guests.
    pub(super) async fn body(&mut self) -> Result<Vec<u8>, Failure> {
        let mut pieces = Vec::new();
        while let Some(bytes) = self.next().await? {
            pieces.push(bytes);
        }
        Ok(pieces.concat())
    }

    /// What the server sends next; none at the end, however often it is asked.
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let body = match &mut self.state {
            State::Reading(body) => body,
            State::Ended => return Ok(None),
            State::Sending { .. } => {
                return Err(out_of_turn(
                    &self.asked,
                    "its response was not asked for yet",
                ));
            }
            State::Broken => {
                return Err(out_of_turn(&self.asked, "it is read on after it failed"));
            }
        };
        let asked = &self.asked;
        let piece = async {
            let piece = body.next().await;
            piece.map_err(|reason| unreachable(asked, &reason))
        };
        let bytes = match self.deadline.within(asked, piece).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                self.close(State::Ended);
                return Ok(None);
            }
            Err(failure) => return Err(self.broken(failure)),
        };
        self.received += bytes.len();
        self.trace.received(bytes.len());
        if self.received > self.max_body {
            let max_body = self.max_body;
            let message = format!("`{asked}` answered with more than {max_body} bytes.");
            return Err(self.broken(limit(message)));
        }
        Ok(Some(bytes))
    }

    /// What was asked, for people.
    pub(super) fn asked(&self) -> &str {
        &self.asked
    }

    /// Ends the exchange with a failure, so that no end of it is taken for a whole answer.
    pub(super) fn broken(&mut self, failure: Failure) -> Failure {
        self.close(State::Broken);
        self.ready.clear();
        self.trace.failed(failure)
    }

    /// Closes the connection and lets the next request go.
    fn close(&mut self, state: State) {
        self.state = state;
        self.driver.abort_all();
        self.slot = None;
    }
}

/// Sends a request and tells its answer as soon as the head is here; the body is read on. A guest that dropped the
/// exchange hears nothing.
async fn answer_to(
    request: Request<Outgoing>,
    mut sender: http1::SendRequest<Outgoing>,
    tell: oneshot::Sender<Result<Answer, String>>,
    max_body: usize,
) {
    match sender.send_request(request).await {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            let (ahead, arriving) = arriving();
            drop(tell.send(Ok((parts, arriving))));
            ahead.read(body, max_body).await;
        }
        Err(error) => drop(tell.send(Err(cause(&error)))),
    }
}

/// Whether the answer is one that can be handed over.
fn readable(asked: &str, parts: &Parts) -> Result<(), Failure> {
    if parts.status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(malformed(
            asked,
            "was answered with another protocol, which was not asked for",
            "Check that the address in `config` is that of an HTTP server.",
        ));
    }
    let coding = parts.headers.get(header::CONTENT_ENCODING);
    if coding.is_some_and(|coding| coding != "identity") {
        return Err(malformed(
            asked,
            "answered with a content coding that was not asked for",
            "Switch compression off on the server.",
        ));
    }
    Ok(())
}
