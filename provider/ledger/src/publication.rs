//! What hosts publish and plans note: observations, not promises.

use jiff::Timestamp;
use serde::Serialize;

/// A snapshot that a host published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// Whose it is; publishing again under the name replaces it.
    pub name: String,
    /// When it was published, in the store's time.
    pub at: Timestamp,
    /// Who published it.
    pub actor: String,
    /// The snapshot, as its publisher wrote it.
    pub body: String,
}

/// What a plan saw for a pool. Advisory: it reserves nothing, and a ledger without it answers every question but what
/// changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanNote {
    /// The natural key of the pool.
    pub pool: String,
    /// The digest of the configuration that was planned.
    pub fingerprint: String,
    /// When it was noted, in the store's time.
    pub at: Timestamp,
    /// The keys of the devices that were found.
    pub devices: Vec<String>,
}
