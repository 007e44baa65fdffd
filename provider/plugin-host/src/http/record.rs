//! What happened to one request: for the log, and for the audit record of the call that sent it.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::time::Instant;

use crate::bindings::imports::types::Failure;
use crate::text::visible;

/// Bytes of a failure in the log.
const WORDS_BYTES: usize = 1024;

/// What happened to one request of a guest, refused or sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestOutcome {
    /// The server answered: the HTTP status, or that of gRPC.
    Status(u32),
    /// There was no answer, or it was not handed over: the kind of failure that the guest saw.
    Failed(String),
    /// The guest gave it up, or the call ended before it did.
    Abandoned,
}

impl RequestRecord {
    /// Whether the guest was given a failure instead of an answer.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, RequestOutcome::Failed(_))
    }
}

/// The records of one call, in the order in which its requests ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records(Arc<Mutex<Vec<RequestRecord>>>);

impl Records {
    pub(crate) fn so_far(&self) -> Vec<RequestRecord> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A request under way. Whatever becomes of it, it leaves one record and one line in the log.
#[derive(Debug)]
pub(super) struct Trace {
    plugin: Arc<str>,
    start: Instant,
    record: RequestRecord,
    /// The guest's failure in words.
    words: String,
    records: Records,
}

impl Trace {
    pub(super) fn new(
        plugin: Arc<str>,
        method: String,
        origin: String,
        path: String,
        records: Records,
    ) -> Self {
        Self {
            plugin,
            start: Instant::now(),
            record: RequestRecord {
                method,
                origin,
                path,
                outcome: RequestOutcome::Abandoned,
                bytes_sent: 0,
                bytes_received: 0,
                milliseconds: 0,
            },
            words: String::new(),
            records,
        }
    }

    pub(super) fn answered(&mut self, status: u32) {
        self.record.outcome = RequestOutcome::Status(status);
    }

    /// Notes the failure and gives it back.
    pub(super) fn failed(&mut self, failure: Failure) -> Failure {
        self.record.outcome = RequestOutcome::Failed(failure.kind.clone());
        self.words = visible(&failure.message, WORDS_BYTES);
        failure
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.record.bytes_sent += u64::try_from(bytes).unwrap_or(u64::MAX);
    }

    pub(super) fn received(&mut self, bytes: usize) {
        self.record.bytes_received += u64::try_from(bytes).unwrap_or(u64::MAX);
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        let elapsed = self.start.elapsed().as_millis();
        self.record.milliseconds = u64::try_from(elapsed).unwrap_or(u64::MAX);
        let RequestRecord {
            method,
            origin,
            path,
            outcome,
            bytes_sent,
            bytes_received,
            milliseconds,
        } = &self.record;
        let plugin = &*self.plugin;
        let request = format!("{method} {origin}{path}");
        let words = &self.words;
        tracing::info!(
            plugin,
            request,
            ?outcome,
            words,
            bytes_sent,
            bytes_received,
            milliseconds,
            "plugin request"
        );
        let mut records = self
            .records
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        records.push(self.record.clone());
    }
}
