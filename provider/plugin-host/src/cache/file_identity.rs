//! By what a file is known again without reading it.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// Longer than the coarsest clock of file systems that are written here takes for one step. A file that was written less
/// than this ago could be written again without its times telling.
const SETTLE: Duration = Duration::from_millis(20);

/// Number, length and times of a file. The time of the last change of state cannot be set, so equal identities of a settled
/// file mean equal contents unless the clock was turned back.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct FileIdentity {
    device: u64,
    number: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileIdentity {
    /// The identity of a plain file, after waiting until a change would show in it; and whether it would.
    pub(super) fn at_rest(path: &Path) -> io::Result<(Self, bool)> {
        let identity = Self::of(path)?;
        if identity.is_settled() {
            return Ok((identity, true));
        }
        thread::sleep(SETTLE);
        let identity = Self::of(path)?;
        let settled = identity.is_settled();
        Ok((identity, settled))
    }

    /// The identity of a plain file.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is not a plain file",
            ));
        }
        Ok(Self::of_metadata(&metadata))
    }

    /// The identity of the file that the path leads to.
    pub(crate) fn of_target(path: &Path) -> io::Result<Self> {
        Ok(Self::of_metadata(&fs::metadata(path)?))
    }

    fn of_metadata(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            number: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether the file has lain still long enough for its times to tell a later change.
    #[allow(
        clippy::disallowed_methods,
        reason = "compared with the times of files, which no clock of ours sets"
    )]
    pub(crate) fn is_settled(&self) -> bool {
        let (seconds, nanoseconds) = self.changed;
        let changed = u64::try_from(seconds)
            .and_then(|seconds| Ok(Duration::new(seconds, u32::try_from(nanoseconds)?)));
        let Ok(changed) = changed else { return false };
        SystemTime::UNIX_EPOCH
            .checked_add(changed + SETTLE)
            .is_some_and(|settled| settled < SystemTime::now())
    }
}
