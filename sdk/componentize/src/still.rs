//! Time that stands still and randomness that repeats, for tools that snapshot a running engine.
//!
//! A snapshot of QuickJS or of Python holds the seeds that it drew when it started. Neither jco nor componentize-py has an
//! option for them, so on Linux the two functions of libc that they come from are replaced in the tool's process
//! (`still/still.rs`). It makes JavaScript components bit-identical. Python's are not: the snapshot holds the inode
//! numbers and times of the files that componentize-py unpacks anew for each build, which come from the kernel.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::BuildError;

/// The library, compiled by this crate's build script; empty where the system has no `LD_PRELOAD`.
const LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/still.so"));

/// The library on disk, as long as this lives.
pub(crate) struct Still {
    folder: TempDir,
}

impl Still {
    pub(crate) fn new() -> Result<Self, BuildError> {
        let folder = TempDir::new().map_err(|source| {
            BuildError::file("the folder for temporary files".as_ref(), source)
        })?;
        let still = Self { folder };
        let path = still.path();
        fs::write(&path, LIBRARY).map_err(|source| BuildError::file(&path, source))?;
        Ok(still)
    }

    /// Holds time and randomness still in a process that is about to be started.
    pub(crate) fn hold(&self, command: &mut Command) {
        if !LIBRARY.is_empty() {
            command.env("LD_PRELOAD", self.path());
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("still.so")
    }
}
