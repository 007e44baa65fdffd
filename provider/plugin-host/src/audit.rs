//! What is left of a call when it has ended: for the audit trail.

use std::sync::Arc;

use serde::Serialize;
use tokio::time::Instant;

use crate::error::PluginError;
use crate::grants::Phase;
use crate::http::{Records, RequestRecord};
use crate::lock::PluginRef;

/// Takes the record of every call, right after it ended.
pub type Audit = Arc<dyn Fn(CallRecord) + Send + Sync>;

/// One call of a plugin, all pages and requests of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// Name of the plugin.
    #[serde(skip)]
    pub plugin: String,
    /// Its own version.
    pub version: String,
    /// Digest of its file in lower-case hexadecimal.
    pub sha256: String,
    /// The function that was called, `list-inventory` for example.
    pub function: &'static str,
    /// What the call was for.
    pub phase: Phase,
    /// `ok`, `cancelled`, or the code of the error.
    pub outcome: String,
    /// From the call to its end, loading included.
    pub milliseconds: u64,
    /// Its requests, in the order in which they ended.
    pub requests: Vec<RequestRecord>,
}

/// A call under way. Whatever becomes of it, also when its caller stops waiting, it leaves one record.
pub(crate) struct Audited {
    audit: Option<Audit>,
    record: CallRecord,
    records: Records,
    start: Instant,
}

impl Audited {
    pub(crate) fn new(
        audit: Option<Audit>,
        plugin: &PluginRef,
        function: &'static str,
        phase: Phase,
        records: Records,
    ) -> Self {
        Self {
            audit,
            record: CallRecord {
                plugin: plugin.entry.name.clone(),
                version: plugin.entry.version.clone(),
                sha256: plugin.entry.sha256.clone(),
                function,
                phase,
                outcome: "cancelled".to_owned(),
                milliseconds: 0,
                requests: Vec::new(),
            },
            records,
            start: Instant::now(),
        }
    }

    /// The call ended with this result.
    pub(crate) fn end<T>(mut self, result: Result<T, PluginError>) -> Result<T, PluginError> {
        self.record.outcome = match &result {
            Ok(_) => "ok".to_owned(),
            Err(error) => {
                let text = error.to_string();
                text.lines().last().unwrap_or_default().to_owned()
            }
        };
        result
    }
}

impl Drop for Audited {
    fn drop(&mut self) {
        let Some(audit) = &self.audit else { return };
        let milliseconds = self.start.elapsed().as_millis();
        audit(CallRecord {
            milliseconds: u64::try_from(milliseconds).unwrap_or(u64::MAX),
            requests: self.records.so_far(),
            ..self.record.clone()
        });
    }
}
