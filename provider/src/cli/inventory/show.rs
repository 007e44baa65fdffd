//! `portcullis inventory show`: what a snapshot tells.

use std::path::{Path, PathBuf};

use clap::Args;
use portcullis_inventory::SnapshotFile;
use portcullis_model::{Name, Snapshot, Ttl};

use super::live;
use crate::cli::{Exit, Failure};
use crate::clock::Clock;
use crate::sources::{Place, PublishedSource};

/// Show what a snapshot file tells, as `portcullis inventory` shows what sources tell now.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    trusted: Trusted,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Which snapshots count.
#[derive(Debug, Args)]
pub(super) struct Trusted {
    /// The minisign public key that must have signed it: the second line of the file that ends in `.pub`.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// How old what it tells may be, such as `1h`.
    #[arg(long, value_name = "AGE")]
    max_age: Option<Ttl>,
}

impl Show {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let snapshot = self.trusted.read(&self.file)?;
        live::write(&snapshot, self.json)?;
        Ok(live::exit(&snapshot))
    }
}

impl Trusted {
    /// Reads a snapshot that counts.
    pub(super) fn read(&self, path: &Path) -> Result<Snapshot, Failure> {
        let name: Name = "snapshot".parse().map_err(Failure::told)?;
        let source = PublishedSource {
            name,
            place: Place::Path(path.to_owned()),
            key: self.key.clone(),
            max_age: self.max_age.map(|age| age.duration()),
            source: None,
        };
        let file: Result<SnapshotFile, _> = source.file(path, Clock.now());
        let file =
            file.map_err(|fault| Failure::told(fault.reason(&format!("`{}`", path.display()))))?;
        Ok(file.snapshot())
    }
}
