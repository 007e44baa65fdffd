//! What can go wrong between a connector and its platform (shared list of the project's trust document: what a hostile or
//! broken server does).

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::message::Message;

/// Longer than any deadline of the suite.
const FOR_EVER: Duration = Duration::from_secs(20);
/// More than a host takes, 8 MiB.
const HUGE_BYTES: usize = 9 << 20;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Status(u16),
    RetryAfter,
    Hang,
    SlowBytes,
    Reset,
    CloseBeforeHead,
    HalfHead,
    HalfBody,
    Garbage,
    NotHttp,
    WrongType,
    ErrorIn200,
    Redirect,
    EmptyBody,
    HugeBody,
    DuplicateDelivery,
}

impl Fault {
    /// Every fault by the name that a report gives it, with the kinds of failure that say the truth about it.
    pub(crate) const ALL: [(&'static str, Self, &'static [&'static str]); 20] = [
        ("status-401", Self::Status(401), &["refused"]),
        ("status-403", Self::Status(403), &["refused"]),
        ("status-429", Self::Status(429), &["unreachable"]),
        ("status-500", Self::Status(500), &["unreachable"]),
        ("status-503", Self::Status(503), &["unreachable"]),
        ("retry-after-an-hour", Self::RetryAfter, &["unreachable"]),
        ("hang", Self::Hang, &["unreachable", "limit"]),
        ("slow-bytes", Self::SlowBytes, &["unreachable", "limit"]),
        ("reset", Self::Reset, &["unreachable"]),
        ("close-before-head", Self::CloseBeforeHead, &["unreachable"]),
        ("half-head", Self::HalfHead, &["unreachable", "malformed"]),
        ("half-body", Self::HalfBody, &["unreachable", "malformed"]),
        ("garbage", Self::Garbage, &["malformed"]),
        ("not-http", Self::NotHttp, &["unreachable", "malformed"]),
        ("wrong-type", Self::WrongType, &["malformed"]),
        (
            "error-in-200",
            Self::ErrorIn200,
            &["malformed", "refused", "unreachable"],
        ),
        ("redirect", Self::Redirect, &["malformed", "refused"]),
        ("empty-body", Self::EmptyBody, &["malformed"]),
        (
            "huge-body",
            Self::HugeBody,
            &["limit", "malformed", "unreachable"],
        ),
        ("duplicate-delivery", Self::DuplicateDelivery, &[]),
    ];

    /// Whether the platform gets the request. It may, and the client cannot know.
    pub(crate) fn lets_request_through(self) -> bool {
        matches!(
            self,
            Self::HalfBody | Self::SlowBytes | Self::Reset | Self::DuplicateDelivery
        )
    }

    /// Answers in the wrong way. `honest` is what the platform said, when it was asked.
    pub(crate) fn answer(self, honest: &Message, mut stream: &TcpStream) -> io::Result<()> {
        match self {
            Self::Status(status) => {
                Message::json(status, &serde_json::json!({"error": "injected"})).write(&mut stream)
            }
            Self::RetryAfter => {
                let mut message = Message::json(429, &serde_json::json!({"error": "injected"}));
                message
                    .headers
                    .push(("retry-after".to_owned(), "3600".to_owned()));
                message.write(&mut stream)
            }
            Self::Hang => {
                thread::sleep(FOR_EVER);
                Ok(())
            }
            Self::SlowBytes => slow(honest, stream),
            Self::Reset => {
                // Closing without lingering sends RST in the place of FIN.
                SockRef::from(stream).set_linger(Some(Duration::ZERO))
            }
            Self::CloseBeforeHead => stream.shutdown(Shutdown::Both),
            Self::HalfHead => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-le"),
            Self::HalfBody => {
                let bytes = honest.to_bytes();
                let half = bytes.len().saturating_sub(honest.body.len() / 2 + 1);
                stream.write_all(bytes.get(..half).unwrap_or_default())
            }
            Self::Garbage => whole(
                "application/json",
                "{\"items\": [\u{1}\u{fffd}<<".into(),
                stream,
            ),
            Self::NotHttp => stream.write_all(b"220 mail.example ESMTP ready\r\n"),
            Self::WrongType => whole(
                "application/json",
                "\"a text and no object\"".into(),
                stream,
            ),
            Self::ErrorIn200 => whole(
                "application/json",
                r#"{"error": {"code": 500, "message": "injected"}}"#.into(),
                stream,
            ),
            Self::Redirect => {
                let headers = [(
                    "location".to_owned(),
                    "http://169.254.169.254/latest".to_owned(),
                )];
                Message::answer(302, &headers, Vec::new()).write(&mut stream)
            }
            Self::EmptyBody => whole("application/json", Vec::new(), stream),
            Self::HugeBody => whole("application/json", vec![b' '; HUGE_BYTES], stream),
            Self::DuplicateDelivery => honest.write(&mut stream),
        }
    }
}

fn whole(content_type: &str, body: Vec<u8>, mut stream: &TcpStream) -> io::Result<()> {
    let headers = [("content-type".to_owned(), content_type.to_owned())];
    Message::answer(200, &headers, body).write(&mut stream)
}

/// A byte now and then, and never the last one.
fn slow(honest: &Message, mut stream: &TcpStream) -> io::Result<()> {
    let bytes = honest.to_bytes();
    let pieces = u32::try_from(bytes.len()).unwrap_or(u32::MAX).max(1);
    for byte in bytes {
        stream.write_all(&[byte])?;
        thread::sleep((FOR_EVER / pieces).max(Duration::from_millis(50)));
    }
    Ok(())
}
