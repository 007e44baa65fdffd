//! One call under way: its replies and how it ended.

use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinSet;

use super::NO_SERVER;
use super::frame::{Frames, Misframed, framed};
use super::metadata::{check, implied, stated};
use crate::bindings::imports::grpc::Status;
use crate::bindings::imports::types::Failure;
use crate::http::body::Outgoing;
use crate::http::connection::cause;
use crate::http::deadline::Deadline;
use crate::http::failure::{limit, malformed, out_of_turn, refused, unreachable};
use crate::http::gate::Admitted;
use crate::http::record::Trace;
use crate::scrub::{Mask, ScrubbedStream};
use crate::traffic::Slot;

/// Bytes of all header fields or trailers of an answer.
const FIELDS_BYTES: u32 = 32 * 1024;

/// A call and its replies. Dropping it closes the connection.
#[derive(Debug)]
#[allow(
    unreachable_pub,
    reason = "generated bindings name this type by a public path"
)]
pub struct ReplyStream {
    asked: String,
    deadline: Deadline,
    trace: Trace,
    scrubbed: ScrubbedStream,
    state: State,
    frames: Frames,
    received: usize,
    max_body: usize,
    /// Drives the connection and ends with this value.
    driver: JoinSet<()>,
    slot: Option<Slot>,
}

#[derive(Debug)]
enum State {
    Reading { body: Incoming, http: StatusCode },
    Ended(Status),
    Broken,
}

impl ReplyStream {
    /// Sends the request and waits for the head of the answer.
    pub(super) async fn open(admitted: Admitted, message: &[u8]) -> Result<Self, Failure> {
        let Admitted {
            ask,
            stream,
            target,
            headers,
            deadline,
            mut trace,
            scrubber,
            slot,
            max_body,
            ..
        } = admitted;
        trace.sent(message.len());
        let mut driver = JoinSet::new();
        let answer = async {
            let uri = format!("{}{}", target.origin, target.path_and_query());
            let request = request(&uri, headers, message, &deadline, &ask)?;
            let handshake = http2::Builder::new(TokioExecutor::new())
                .max_header_list_size(FIELDS_BYTES)
                .handshake(TokioIo::new(stream))
                .await;
            let (mut sender, connection) =
                handshake.map_err(|error| unreachable(&ask, &cause(&error)))?;
            driver.spawn(async move {
                // What goes wrong on the way is told to whoever waits for the answer or its messages.
                drop(connection.await);
            });
            let answer = sender.send_request(request).await;
            answer.map_err(|error| unreachable(&ask, &cause(&error)))
        };
        let answer = deadline.within(&ask, answer).await;
        let (parts, body) = answer
            .map_err(|failure| trace.failed(failure))?
            .into_parts();
        let mut replies = Self {
            scrubbed: ScrubbedStream::new(scrubber, target.origin.to_string()),
            asked: ask,
            deadline,
            trace,
            state: State::Reading {
                body,
                http: parts.status,
            },
            frames: Frames::new(max_body),
            received: 0,
            max_body,
            driver,
            slot: Some(slot),
        };
        replies.head(parts.status, &parts.headers)?;
        Ok(replies)
    }

    /// What the head says: a status without messages, an answer that is not gRPC, or that messages follow.
    fn head(&mut self, http: StatusCode, headers: &HeaderMap) -> Result<(), Failure> {
        if let Some(status) = self.stated(headers) {
            self.end(status);
            return Ok(());
        }
        if http != StatusCode::OK {
            self.end(implied(http));
            return Ok(());
        }
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
        let kind = kind.unwrap_or_default();
        if !kind.starts_with("application/grpc") {
            let kind = crate::text::visible(&kind, 100);
            let reason = format!("answered with content type `{kind}`, which is not gRPC");
            return Err(self.broken(malformed(&self.asked, &reason, NO_SERVER)));
        }
        Ok(())
    }

    /// The next message without secrets; none when the call ended.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        loop {
            match self.frames.next() {
                Ok(Some(message)) => {
                    return Ok(Some(self.scrubbed.aside(&message, Mask::SameLength)));
                }
                Ok(None) => {}
                Err(misframed) => {
                    let failure = self.misframed(misframed);
                    return Err(self.broken(failure));
                }
            }
            let (body, http) = match &mut self.state {
                State::Reading { body, http } => (body, *http),
                State::Ended(_) => return Ok(None),
                State::Broken => {
                    return Err(out_of_turn(&self.asked, "it is read on after it failed"));
                }
            };
            let asked = &self.asked;
            let frame = async {
                let frame = body.frame().await.transpose();
                frame.map_err(|error| unreachable(asked, &cause(&error)))
            };
            let frame = match self.deadline.within(asked, frame).await {
                Ok(frame) => frame,
                Err(failure) => return Err(self.broken(failure)),
            };
            let Some(frame) = frame else {
                self.last(None, http)?;
                continue;
            };
            match frame.into_data() {
                Ok(bytes) => self.received(&bytes)?,
                Err(frame) => {
                    if let Ok(trailers) = frame.into_trailers() {
                        self.last(Some(&trailers), http)?;
                    }
                }
            }
        }
    }

    /// How the call ended.
    pub(crate) fn status(&self) -> Option<Status> {
        match &self.state {
            State::Ended(status) => Some(status.clone()),
            _ => None,
        }
    }

    pub(super) fn asked(&self) -> &str {
        &self.asked
    }

    pub(super) fn broken(&mut self, failure: Failure) -> Failure {
        self.close(State::Broken);
        self.trace.failed(failure)
    }

    fn received(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.received += bytes.len();
        self.trace.received(bytes.len());
        if self.received > self.max_body {
            let failure = self.misframed(Misframed::TooLarge);
            return Err(self.broken(failure));
        }
        self.frames.add(bytes);
        Ok(())
    }

    /// The end of the answer. A message that was cut short is none.
    fn last(&mut self, trailers: Option<&HeaderMap>, http: StatusCode) -> Result<(), Failure> {
        if self.frames.is_cut() {
            let reason = "ended in the middle of a message";
            return Err(self.broken(malformed(&self.asked, reason, NO_SERVER)));
        }
        let status = trailers.and_then(|trailers| self.stated(trailers));
        self.end(status.unwrap_or_else(|| implied(http)));
        Ok(())
    }

    fn stated(&self, fields: &HeaderMap) -> Option<Status> {
        let shown = |bytes: &[u8]| {
            let masked = self.scrubbed.aside(bytes, Mask::Word);
            String::from_utf8_lossy(&masked).into_owned()
        };
        stated(fields, shown)
    }

    fn misframed(&self, misframed: Misframed) -> Failure {
        let reason = match misframed {
            Misframed::Compressed => "sent a compressed message, which was not asked for",
            Misframed::Flags => "sent a message with flags that gRPC does not have",
            Misframed::TooLarge => {
                return limit(format!(
                    "`{}` answered with more than {} bytes.",
                    self.asked, self.max_body
                ));
            }
        };
        malformed(
            &self.asked,
            reason,
            "Switch compression off on the server, or check that it is a gRPC server.",
        )
    }

    fn end(&mut self, status: Status) {
        self.trace.answered(status.code);
        self.close(State::Ended(status));
    }

    /// Closes the connection and lets the next request go.
    fn close(&mut self, state: State) {
        self.state = state;
        self.driver.abort_all();
        self.slot = None;
    }
}

/// The request as gRPC writes it.
fn request(
    uri: &str,
    metadata: HeaderMap,
    message: &[u8],
    deadline: &Deadline,
    asked: &str,
) -> Result<Request<Outgoing>, Failure> {
    check(&metadata).map_err(|refusal| refused(asked, &refusal))?;
    let body =
        framed(message).ok_or_else(|| limit(format!("`{asked}` has a message without end.")))?;
    let request = Request::post(uri).body(Outgoing::whole(body));
    let mut request = request
        .map_err(|_| unreachable(asked, "its address cannot be written as an HTTP request"))?;
    let headers = request.headers_mut();
    *headers = metadata;
    // HTTP/2 has `:authority` in its place, which the address gives.
    headers.remove(header::HOST);
    headers.remove(header::ACCEPT_ENCODING);
    let own = [
        (header::TE, HeaderValue::from_static("trailers")),
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/grpc"),
        ),
        (
            header::USER_AGENT,
            HeaderValue::from_static("grpc-portcullis/0.1"),
        ),
        (HeaderName::from_static("grpc-timeout"), timeout(deadline)),
        (
            HeaderName::from_static("grpc-accept-encoding"),
            HeaderValue::from_static("identity"),
        ),
    ];
    headers.extend(own);
    Ok(request)
}

/// At most eight digits and a unit.
fn timeout(deadline: &Deadline) -> HeaderValue {
    let milliseconds = deadline.left().as_millis().clamp(1, 99_999_999);
    HeaderValue::from_str(&format!("{milliseconds}m"))
        .unwrap_or_else(|_| HeaderValue::from_static("1m"))
}
