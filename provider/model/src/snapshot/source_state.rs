//! What became of asking one source.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Grade, Name, Reason};

/// What became of asking one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceState {
    /// The name of the connector in HCL.
    pub name: Name,
    /// How far its numbers can be trusted.
    pub grade: Grade,
    /// When it was asked, or when what it tells was true if that is earlier.
    pub observed_at: Timestamp,
    /// Whether it told everything.
    pub status: SourceStatus,
}

/// Whether a source told everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceStatus {
    /// Everything it knows is in the snapshot.
    Complete,
    /// Devices may be missing; those in the snapshot are real.
    Partial(Reason),
    /// Older than the practitioner allows; its devices may be gone.
    Stale {
        /// How old the report is.
        age: SignedDuration,
        /// How old it may be.
        max_age: SignedDuration,
    },
    /// It did not answer: nothing of it is in the snapshot.
    Unavailable(Reason),
}

impl SourceStatus {
    /// The status in one word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial(_) => "partial",
            Self::Stale { .. } => "stale",
            Self::Unavailable(_) => "unavailable",
        }
    }
}
