//! A record: one declared object, under the natural key by which people and states know it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Device;

/// What a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A workload identity.
    Identity,
    /// A GPU pool.
    Pool,
    /// A permission split.
    Split,
    /// A subject group and its members.
    Group,
    /// A permission that somebody is granted until a time.
    Grant,
    /// A limit on the duties that one subject may hold together.
    DutyConstraint,
}

impl Kind {
    /// Every kind, in the order in which they depend on each other.
    pub const ALL: [Self; 6] = [
        Self::Group,
        Self::Identity,
        Self::Pool,
        Self::Split,
        Self::Grant,
        Self::DutyConstraint,
    ];

    /// The word for people and for events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Pool => "pool",
            Self::Split => "split",
            Self::Group => "group",
            Self::Grant => "grant",
            Self::DutyConstraint => "duty-constraint",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An object to be recorded: its kind, with what only that kind has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// A workload identity.
    Identity,
    /// A GPU pool and every device that it is to hold.
    Pool(Vec<Device>),
    /// A permission split.
    Split,
    /// A subject group.
    Group,
    /// A permission that somebody is granted until a time.
    Grant,
    /// A limit on the duties that one subject may hold together.
    DutyConstraint,
}

impl Object {
    /// The kind of record this becomes.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Identity => Kind::Identity,
            Self::Pool(_) => Kind::Pool,
            Self::Split => Kind::Split,
            Self::Group => Kind::Group,
            Self::Grant => Kind::Grant,
            Self::DutyConstraint => Kind::DutyConstraint,
        }
    }
}

/// What a caller asks the ledger to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is.
    pub object: Object,
    /// The natural key, such as `production/fraud-scorer` or `scoring-h200`; unique per kind in the whole ledger.
    pub key: String,
    /// Who answers for it, such as `team:risk-ml`.
    pub owner: String,
    /// A digest of the configuration, equal if and only if a practitioner would call the configurations the same.
    pub fingerprint: String,
    /// The attributes as the resource wants them back.
    pub body: serde_json::Value,
}

/// A recorded object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// The natural key.
    pub key: String,
    /// Who answers for it.
    pub owner: String,
    /// The digest of the configuration it was recorded with.
    pub fingerprint: String,
    /// The attributes.
    pub body: serde_json::Value,
    /// The fencing number of its creation or latest adoption. A state that knows another number has lost the object.
    pub incarnation: u64,
    /// Whether a Terraform state is known to hold it.
    pub acknowledged: bool,
    /// The run that created or adopted it.
    pub run: String,
    /// When it was created, in the store's time.
    pub created_at: Timestamp,
    /// When it was created, adopted or updated last, in the store's time.
    pub updated_at: Timestamp,
}

/// How a create ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// There was no such record before.
    New(Record),
    /// An interrupted run had left the record; it is this caller's now.
    Adopted(Record),
}

impl Created {
    /// The record, however it came to be.
    #[must_use]
    pub const fn record(&self) -> &Record {
        match self {
            Self::New(record) | Self::Adopted(record) => record,
        }
    }

    /// The record, however it came to be.
    #[must_use]
    pub fn into_record(self) -> Record {
        match self {
            Self::New(record) | Self::Adopted(record) => record,
        }
    }
}

/// A record that a Terraform state holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it is.
    pub kind: Kind,
    /// The natural key.
    pub key: String,
    /// The incarnation that the state knows.
    pub incarnation: u64,
}

/// Why a record is removed although something of it may still work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Force {
    /// In the words of whoever removes it.
    pub reason: String,
    /// What could not be removed, one sentence each.
    pub left: Vec<String>,
}
