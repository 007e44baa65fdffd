//! What happened to one request: for the audit record of the call that sent it.

/// What happened to one request of a guest, refused or sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// The method that the guest named; `GRPC` for calls over gRPC.
    pub method: String,
    /// Scheme, host and port; empty when the guest named no URL.
    pub origin: String,
    /// Path without query, which may carry what should stand in no record.
    pub path: String,
    /// How it ended.
    pub outcome: RequestOutcome,
    /// Bytes of the body that went out.
    pub bytes_sent: u64,
    /// Bytes of the body that came back, as they came.
    pub bytes_received: u64,
    /// From the guest's call to the last byte, or to the refusal.
    pub milliseconds: u64,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// The server answered: the HTTP status, or that of gRPC.
    Status(u16),
    /// There was no answer, or it was not handed over: the kind of failure that the guest saw.
    Failed(String),
}

impl RequestRecord {
    /// Whether the guest was given a failure instead of an answer.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, RequestOutcome::Failed(_))
    }
}
