//! Why the ledger refused or failed, in words for practitioners.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::message::Message;
use crate::{Kind, Reservation};

/// A device that another pool holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The device.
    pub device: String,
    /// The node it is in.
    pub node: String,
    /// The pool that holds it.
    pub pool: String,
    /// That pool's owner.
    pub owner: String,
}

impl From<Reservation> for Held {
    fn from(found: Reservation) -> Self {
        Self {
            device: found.device.key,
            node: found.device.node,
            pool: found.pool,
            owner: found.owner,
        }
    }
}

/// Why the ledger refused or failed.
///
/// `Display` gives a summary line, then the detail: what was asked and found, the remedy, and the code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The natural key is taken.
    #[error("{}", Message(self))]
    Exists {
        /// What it is.
        kind: Kind,
        /// The natural key.
        key: String,
        /// Who owns the record that is there.
        owner: String,
        /// When that was created.
        created_at: Timestamp,
        /// Whether a Terraform state is known to hold it.
        acknowledged: bool,
        /// Whether this very run made it: two resource blocks declare one name.
        this_run: bool,
    },
    /// Devices of a pool are held by others. Nothing was reserved.
    #[error("{}", Message(self))]
    Held {
        /// The pool that asked.
        pool: String,
        /// How many devices it asked for.
        asked: usize,
        /// Those it cannot have, ordered by device.
        held: Vec<Held>,
    },
    /// There is no such record to change.
    #[error("{}", Message(self))]
    Absent {
        /// What it is.
        kind: Kind,
        /// The natural key.
        key: String,
    },
    /// Another run adopted or recreated the record since the caller's state was written.
    #[error("{}", Message(self))]
    Superseded {
        /// What it is.
        kind: Kind,
        /// The natural key.
        key: String,
        /// The incarnation that the caller knows.
        known: u64,
        /// The incarnation that there is.
        found: u64,
        /// The owner now.
        owner: String,
        /// The run that took it over.
        run: String,
        /// When the record was changed last.
        updated_at: Timestamp,
    },
    /// A Terraform state was written with this ledger, and it is gone.
    #[error("{}", Message(self))]
    Missing {
        /// Where it should be.
        path: PathBuf,
        /// Its id.
        expected: String,
    },
    /// A Terraform state was written with another ledger than this.
    #[error("{}", Message(self))]
    Foreign {
        /// Where this ledger is.
        path: PathBuf,
        /// The id that the state knows.
        expected: String,
        /// The id of this ledger.
        found: String,
    },
    /// Somebody else writes, and did not end in time.
    #[error("{}", Message(self))]
    Locked {
        /// Where the ledger is.
        path: PathBuf,
        /// How long the wait was.
        waited: Duration,
        /// The process that writes, where the system tells.
        holder: Option<String>,
    },
    /// The file is damaged, or is no ledger.
    #[error("{}", Message(self))]
    Corrupt {
        /// Where it is.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// The file or its directory cannot be written (or not even read).
    #[error("{}", Message(self))]
    ReadOnly {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A newer version of portcullis made it.
    #[error("{}", Message(self))]
    Newer {
        /// Where it is.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest schema version that this program understands.
        spoken: u32,
    },
    /// The disk has no room left.
    #[error("{}", Message(self))]
    DiskFull {
        /// Where the ledger is.
        path: PathBuf,
    },
    /// The system failed in another way.
    #[error("{}", Message(self))]
    Io {
        /// Where the ledger is.
        path: PathBuf,
        /// What it said.
        reason: String,
    },
}

impl Error {
    /// The kebab-case name of the error, which is also the name of its page.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "ledger-exists",
            Self::Held { .. } => "ledger-device-held",
            Self::Absent { .. } => "ledger-absent",
            Self::Superseded { .. } => "ledger-superseded",
            Self::Missing { .. } => "ledger-missing",
            Self::Foreign { .. } => "ledger-foreign",
            Self::Locked { .. } => "ledger-locked",
            Self::Corrupt { .. } => "ledger-corrupt",
            Self::ReadOnly { .. } => "ledger-read-only",
            Self::Newer { .. } => "ledger-newer",
            Self::DiskFull { .. } => "ledger-disk-full",
            Self::Io { .. } => "ledger-io",
        }
    }

    /// A phrase of at most 60 characters with no values in it.
    #[must_use]
    pub const fn summary(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "Name already taken in the ledger",
            Self::Held { .. } => "Devices are reserved by another pool",
            Self::Absent { .. } => "Record is not in the ledger",
            Self::Superseded { .. } => "Record belongs to another run now",
            Self::Missing { .. } => "Ledger is missing",
            Self::Foreign { .. } => "Ledger is not the one that the state knows",
            Self::Locked { .. } => "Ledger is locked",
            Self::Corrupt { .. } => "Ledger is damaged",
            Self::ReadOnly { .. } => "Ledger cannot be written",
            Self::Newer { .. } => "Ledger is of a newer version",
            Self::DiskFull { .. } => "No room left for the ledger",
            Self::Io { .. } => "Ledger cannot be reached",
        }
    }
}
