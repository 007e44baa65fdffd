//! A connector whose configuration is not known yet.

use jiff::Timestamp;
use portcullis_model::{DeviceSource, Fetch, Grade, Name, Reason};

/// The code by which an answer that is missing for this reason is told from others.
pub(crate) const CONFIG_UNKNOWN: &str = "connector-config-unknown";

/// A connector whose configuration holds values that only apply makes known. Its answers are unknown, not empty.
#[derive(Debug)]
pub(super) struct UnknownSource {
    name: Name,
}

impl UnknownSource {
    pub(super) fn new(name: Name) -> Self {
        Self { name }
    }
}

impl DeviceSource for UnknownSource {
    fn name(&self) -> &Name {
        &self.name
    }

    /// The most that it may turn out to be, so that no answer is given as if it did not matter.
    fn grade(&self) -> Grade {
        Grade::Firm
    }

    fn fetch(&self, _: Timestamp) -> Fetch<'_> {
        let reason = config_unknown(&self.name, "its GPUs");
        Box::pin(async { Err(reason) })
    }
}

/// Why a connector cannot be asked for something yet.
pub(super) fn config_unknown(name: &Name, what: &str) -> Reason {
    Reason {
        code: CONFIG_UNKNOWN.to_owned(),
        summary: "Connector configuration is not known yet".to_owned(),
        asked: format!("Asked connector `{name}` for {what}."),
        found: "Its `config` or `allow` holds values that only apply makes known.".to_owned(),
        remedy: "Apply what these values come from first, for example with `-target`.".to_owned(),
    }
}
