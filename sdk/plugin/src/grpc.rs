//! Calls over gRPC. Messages are bytes: encode and decode them with the library of your choice, `prost` for example.

use std::fmt;
use std::time::Duration;

use crate::bindings::imports::grpc::{self as wire, Status};
use crate::bindings::imports::http::{Header, SecretHeader};
use crate::{Failure, host};

/// A call that is being written.
///
/// ```no_run
/// use portcullis_plugin::{Failure, GrpcCall};
///
/// # fn quota(request: Vec<u8>) -> Result<Vec<u8>, Failure> {
/// let reply: Vec<u8> = GrpcCall::new("https://api.example.com", "example.quota.v1.QuotaService", "Get")
///     .bearer("EXAMPLE_TOKEN")
///     .message(request)
///     .unary()?;
/// # Ok(reply) }
/// ```
#[derive(Clone, Debug)]
pub struct GrpcCall {
    wire: wire::Call,
}

impl GrpcCall {
    /// A call of `method` of `service`, by its full name, at `origin`.
    #[must_use]
    pub fn new(origin: &str, service: &str, method: &str) -> Self {
        Self {
            wire: wire::Call {
                origin: origin.trim_end_matches('/').to_owned(),
                service: service.to_owned(),
                method: method.to_owned(),
                metadata: Vec::new(),
                secret_metadata: Vec::new(),
                message: Vec::new(),
                deadline_milliseconds: 0,
            },
        }
    }

    /// Adds metadata. Values of names that end in `-bin` are base64 without padding.
    #[must_use]
    pub fn metadata(mut self, name: &str, value: &str) -> Self {
        self.wire.metadata.push(Header {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// Adds the secret of that name or handle as bearer token.
    #[must_use]
    pub fn bearer(mut self, secret: &str) -> Self {
        self.wire.secret_metadata.push(SecretHeader {
            name: "authorization".to_owned(),
            prefix: "Bearer ".to_owned(),
            secret: secret.to_owned(),
        });
        self
    }

    /// Sets the encoded request message.
    #[must_use]
    pub fn message(mut self, message: impl Into<Vec<u8>>) -> Self {
        self.wire.message = message.into();
        self
    }

    /// Limits the whole call. The host's default is used without it.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.wire.deadline_milliseconds = u32::try_from(deadline.as_millis()).unwrap_or(u32::MAX);
        self
    }

    /// One request, one reply: the encoded reply message.
    ///
    /// # Errors
    /// When the host refuses the call, no reply came in time, or the status is not OK.
    pub fn unary(self) -> Result<Vec<u8>, Failure> {
        let reply = host::unary(&self.wire)?;
        check(&self.asked(), &reply.status)?;
        Ok(reply.message)
    }

    /// One request, several replies.
    ///
    /// ```no_run
    /// use portcullis_plugin::{Failure, GrpcCall};
    ///
    /// # fn watch() -> Result<(), Failure> {
    /// for message in GrpcCall::new("https://api.example.com", "example.events.v1.Events", "List").stream()? {
    ///     let message: Vec<u8> = message?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the host refuses the call or the connection.
    pub fn stream(self) -> Result<GrpcReplies, Failure> {
        Ok(GrpcReplies {
            asked: self.asked(),
            stream: host::ReplyStream::open(&self.wire)?,
            ended: false,
        })
    }

    fn asked(&self) -> String {
        format!(
            "{}/{}/{}",
            self.wire.origin, self.wire.service, self.wire.method
        )
    }
}

/// The encoded replies of a streaming call. A status other than OK is its last item.
pub struct GrpcReplies {
    asked: String,
    stream: host::ReplyStream,
    ended: bool,
}

impl Iterator for GrpcReplies {
    type Item = Result<Vec<u8>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.stream.next() {
            Ok(Some(message)) => return Some(Ok(message)),
            Ok(None) => self.ended = true,
            Err(failure) => {
                self.ended = true;
                return Some(Err(failure));
            }
        }
        let status = self.stream.status()?;
        check(&self.asked, &status).err().map(Err)
    }
}

impl fmt::Debug for GrpcReplies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrpcReplies")
            .field("asked", &self.asked)
            .finish_non_exhaustive()
    }
}

/// Names of the status codes, by number (the gRPC specification, "Status codes and their use in gRPC").
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

fn check(asked: &str, status: &Status) -> Result<(), Failure> {
    let code = usize::try_from(status.code)
        .ok()
        .and_then(|code| CODES.get(code));
    let name = code.copied().unwrap_or("a code that gRPC does not define");
    let said = match status.message.as_str() {
        "" => String::new(),
        message => format!(": `{message}`"),
    };
    let message = format!("`{asked}` answered {name}{said}.");
    Err(match name {
        "OK" => return Ok(()),
        "CANCELLED" | "DEADLINE_EXCEEDED" | "RESOURCE_EXHAUSTED" | "ABORTED" | "INTERNAL"
        | "UNAVAILABLE" => Failure::unreachable(message),
        "PERMISSION_DENIED" | "UNAUTHENTICATED" => Failure::refused(message).remedy(
            "Check the secret that is granted to this connector, and what it may do there.",
        ),
        "INVALID_ARGUMENT"
        | "NOT_FOUND"
        | "ALREADY_EXISTS"
        | "FAILED_PRECONDITION"
        | "OUT_OF_RANGE" => Failure::refused(message),
        _ => Failure::malformed(message),
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::bindings::imports::grpc::Status;

    #[test]
    fn status_decides_the_kind_of_failure() {
        for (code, kind) in [
            (2, "malformed"),
            (3, "refused"),
            (7, "refused"),
            (12, "malformed"),
            (14, "unreachable"),
            (99, "malformed"),
        ] {
            let status = Status {
                code,
                message: "why".to_owned(),
                trailers: Vec::new(),
            };
            let failure = check("https://a.example/s/m", &status).unwrap_err();
            assert_eq!(failure.kind, kind, "{code}: {}", failure.message);
            assert!(failure.message.contains("`why`"), "{}", failure.message);
        }
        let ok = Status {
            code: 0,
            message: String::new(),
            trailers: Vec::new(),
        };
        assert!(check("a", &ok).is_ok());
    }
}
