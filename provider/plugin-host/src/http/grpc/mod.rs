//! Calls over gRPC: HTTP/2 with framed messages and a status in trailers
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).

mod frame;
mod metadata;
mod stream;

use crate::bindings::imports::grpc as wit;
use crate::bindings::imports::types::Failure;
use crate::http::connection::Protocol;
use crate::http::failure::malformed;
use crate::http::gate::{Ask, Gate};
#[allow(
    unreachable_pub,
    reason = "generated bindings name this type by a public path"
)]
pub use stream::ReplyStream;

/// What servers that break the protocol need.
const NO_SERVER: &str = "Check that the address in `config` is that of a gRPC server.";

impl Gate {
    /// One request, one reply.
    pub(crate) async fn unary(&mut self, call: wit::Call) -> Result<wit::Reply, Failure> {
        let mut replies = self.reply_stream(call).await?;
        let mut message = None;
        while let Some(next) = replies.next().await? {
            if message.replace(next).is_some() {
                let reason = "answered with more than one message";
                let failure = malformed(replies.asked(), reason, NO_SERVER);
                return Err(replies.broken(failure));
            }
        }
        let Some(status) = replies.status() else {
            let reason = "ended without a status";
            let failure = malformed(replies.asked(), reason, NO_SERVER);
            return Err(replies.broken(failure));
        };
        match (status.code, message) {
            (0, Some(message)) => Ok(wit::Reply { status, message }),
            (0, None) => {
                let reason = "answered with status 0 and no message";
                let failure = malformed(replies.asked(), reason, NO_SERVER);
                Err(replies.broken(failure))
            }
            _ => Ok(wit::Reply {
                status,
                message: Vec::new(),
            }),
        }
    }

    /// One request, replies one by one.
    pub(crate) async fn reply_stream(&mut self, call: wit::Call) -> Result<ReplyStream, Failure> {
        let url = format!(
            "{}/{}/{}",
            call.origin.strip_suffix('/').unwrap_or(&call.origin),
            call.service,
            call.method
        );
        let ask = Ask {
            signing: None,
            method: "GRPC",
            url: &url,
            headers: &call.metadata,
            secret_headers: &call.secret_metadata,
            body_bytes: call.message.len(),
            deadline_milliseconds: call.deadline_milliseconds,
        };
        let admitted = self.admit(&ask, Protocol::Http2).await?;
        ReplyStream::open(admitted, &call.message).await
    }
}
