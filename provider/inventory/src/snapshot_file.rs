//! What sources told at one time, in a file: published by hosts, signed for planning without them.

mod fault;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use minisign_verify::{PublicKey, Signature};
use portcullis_model::{Grade, Name, Reason, Snapshot, SnapshotBuilder, SourceReport};
use serde::{Deserialize, Serialize};

pub use fault::SnapshotFault;

use crate::inventory::Answer;

/// The form that this program writes and reads.
const FORMAT: u32 = 1;
/// Larger files are refused unread.
pub const BYTES_MAX: u64 = 512 * 1024 * 1024;
/// How far a publisher's clock may run ahead.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// What sources told at one time. Written as JSON; the digest of the file is what a signature covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotFile {
    portcullis_snapshot: u32,
    /// When the sources were asked.
    pub taken_at: Timestamp,
    /// What each of them answered, by name.
    pub sources: BTreeMap<Name, Told>,
}

/// What a source answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Told {
    /// What it has.
    Report(SourceReport),
    /// Why it did not answer, and how far its numbers could have been trusted.
    Unavailable {
        /// As [`portcullis_model::DeviceSource::grade`].
        grade: Grade,
        /// Why.
        reason: Reason,
    },
}

impl SnapshotFile {
    /// What sources answered when they were asked at that time.
    #[must_use]
    pub fn new(taken_at: Timestamp, answers: Vec<Answer>) -> Self {
        let told = |answer: Answer| {
            let grade = answer.grade;
            let told = match answer.told {
                Ok(report) => Told::Report(report),
                Err(reason) => Told::Unavailable { grade, reason },
            };
            (answer.name, told)
        };
        Self {
            portcullis_snapshot: FORMAT,
            taken_at,
            sources: answers.into_iter().map(told).collect(),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// None in practice: everything in it is text or numbers.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// When it is no snapshot, or one that a newer version wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotFault> {
        // The form is looked at first: what a newer one holds cannot be known.
        #[derive(Deserialize)]
        struct Form {
            portcullis_snapshot: u32,
        }
        let unreadable = |error: serde_json::Error| SnapshotFault::Unreadable(error.to_string());
        let form: Form = serde_json::from_slice(bytes).map_err(unreadable)?;
        if form.portcullis_snapshot != FORMAT {
            return Err(SnapshotFault::Newer(form.portcullis_snapshot));
        }
        serde_json::from_slice(bytes).map_err(unreadable)
    }

    /// Checks a file's signature, in the format of minisign, against a public key.
    ///
    /// # Errors
    /// When the key is none, when it did not make the signature, or when the file is not the one that was signed.
    pub fn verify(bytes: &[u8], signature: &str, key: &str) -> Result<(), SnapshotFault> {
        let key = PublicKey::from_base64(key.trim()).map_err(|_| SnapshotFault::Key)?;
        let signature = Signature::decode(signature)
            .map_err(|error| SnapshotFault::Signature(error.to_string()))?;
        match key.verify(bytes, &signature, false) {
            Ok(()) => Ok(()),
            Err(minisign_verify::Error::UnexpectedKeyId) => Err(SnapshotFault::AnotherKey),
            Err(minisign_verify::Error::UnexpectedAlgorithm) => Err(SnapshotFault::Signature(
                "it is of minisign's legacy kind".to_owned(),
            )),
            Err(_) => Err(SnapshotFault::Tampered),
        }
    }

    /// Whether what it tells is young enough. The time of the sources counts, not that of the file.
    ///
    /// # Errors
    /// When it is too old, or from a clock that runs ahead, by which its age cannot be told.
    pub fn check_age(
        &self,
        now: Timestamp,
        max_age: Option<SignedDuration>,
    ) -> Result<(), SnapshotFault> {
        if self.taken_at.duration_since(now) > SKEW {
            return Err(SnapshotFault::Ahead(self.taken_at));
        }
        let observed_at = self.observed_at();
        let age = now.duration_since(observed_at);
        match max_age {
            Some(max_age) if age > max_age => Err(SnapshotFault::Old {
                observed_at,
                max_age,
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// When the oldest of what it tells was true.
    #[must_use]
    pub fn observed_at(&self) -> Timestamp {
        let reports = self.sources.values().filter_map(|told| match told {
            Told::Report(report) => Some(report.observed_at),
            Told::Unavailable { .. } => None,
        });
        reports.min().unwrap_or(self.taken_at).min(self.taken_at)
    }

    /// The same, packed, under the names of the file's own sources.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let builder = SnapshotBuilder::default();
        let told = self.sources.iter();
        let builder = told.fold(builder, |builder, (name, told)| match told {
            Told::Report(report) => builder.report(name.clone(), report.clone()),
            Told::Unavailable { grade, reason } => {
                builder.unavailable(name.clone(), *grade, self.taken_at, reason.clone())
            }
        });
        builder.build()
    }
}
