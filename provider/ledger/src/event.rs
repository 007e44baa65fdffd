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
    /// What connectors made of it on their platforms was recorded.
    Realized,
    /// It is removed by force: something of it may still work, and somebody said why.
    Forced,
    /// It was removed and its devices released.
    Deleted,
    /// A plugin was called.
    Called,
    /// Somebody took its devices from it and said why.
    Freed,
    /// Its lease was over, and another pool took devices of it.
    Expired,
}

impl Action {
    const ALL: [Self; 10] = [
        Self::Created,
        Self::Adopted,
        Self::Acknowledged,
        Self::Updated,
        Self::Realized,
        Self::Forced,
        Self::Deleted,
        Self::Called,
        Self::Freed,
        Self::Expired,
    ];

    /// The word for people and for the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Adopted => "adopted",
            Self::Acknowledged => "acknowledged",
            Self::Updated => "updated",
            Self::Realized => "realized",
            Self::Forced => "forced",
            Self::Deleted => "deleted",
            Self::Called => "called",
            Self::Freed => "freed",
            Self::Expired => "expired",
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
    /// To what.
    #[serde(rename = "kind")]
    pub topic: Topic,
    /// The natural key of the record, or the name of the plugin.
    pub key: String,
    /// Of a record: the owner, fingerprint and incarnation after the change, and the devices `reserved` and `released`
    /// by it; of a removal by force also its `reason` and what was `left`; of a pool that was freed its `reason`. Of a call:
    /// what the caller noted.
    pub detail: serde_json::Value,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A record of that kind.
    Record(Kind),
    /// A plugin, which has events and no record.
    Plugin,
}

impl Topic {
    /// The word for people and for the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record(kind) => kind.as_str(),
            Self::Plugin => "plugin",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "plugin" => Some(Self::Plugin),
            word => Kind::parse(word).map(Self::Record),
        }
    }
}

impl Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A call of a plugin, to be noted as an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Name of the plugin.
    pub plugin: String,
    /// What happened, without any secret.
    pub detail: serde_json::Value,
}
