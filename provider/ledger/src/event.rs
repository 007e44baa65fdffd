//! An event: what was changed, when, by whom. Events are only ever added.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Kind;

/// Who changes the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Author {
    /// The person or pipeline, such as `ci:github:acme/fraud`.
    pub actor: String,
    /// What tells this run from every other, made afresh when the provider is configured.
    pub run: String,
}

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It was recorded for the first time.
    Created,
    /// A later run took it over from an interrupted one.
    Adopted,
    /// A Terraform state is known to hold it.
    Acknowledged,
    /// It was changed.
    Updated,
    /// It was removed and its devices released.
    Deleted,
}

impl Action {
    const ALL: [Self; 5] = [
        Self::Created,
        Self::Adopted,
        Self::Acknowledged,
        Self::Updated,
        Self::Deleted,
    ];

    /// The word for people and for the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Adopted => "adopted",
            Self::Acknowledged => "acknowledged",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its place: 1, 2, 3 with no gap.
    pub seq: u64,
    /// When, in the store's time.
    pub at: Timestamp,
    /// Who.
    #[serde(flatten)]
    pub author: Author,
    /// What was done.
    pub action: Action,
    /// To what kind of record.
    pub kind: Kind,
    /// To which record.
    pub key: String,
    /// The owner, fingerprint and incarnation after the change, and the devices `reserved` and `released` by it.
    pub detail: serde_json::Value,
}
