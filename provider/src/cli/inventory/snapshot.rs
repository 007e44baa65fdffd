//! `portcullis inventory snapshot`: what sources tell now, in a file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use portcullis_inventory::SnapshotFile;

use super::live;
use crate::cli::plugin::SigningKey;
use crate::cli::sources::Sources;
use crate::cli::{Exit, Failure};
use crate::sources::signature_path;

/// Take a snapshot of what sources tell now, into a file, for planning without them.
///
/// In HCL: `connector "lab" { plugin = "snapshot", config = { path, key, max_age } }`.
#[derive(Debug, Args)]
pub(super) struct Snapshot {
    #[command(flatten)]
    sources: Sources,
    /// The file; one that is there is replaced at once, never in part.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    signer: Signer,
}

/// Who signs snapshots, if anybody does.
#[derive(Debug, Args)]
pub(super) struct Signer {
    /// Sign it with this minisign secret key: `<file>.minisig` beside it. `portcullis plugin sign --new-key` makes one.
    #[arg(long, value_name = "FILE", env = "PORTCULLIS_SNAPSHOT_KEY")]
    sign_with: Option<PathBuf>,
    /// Environment variable that holds the key's password.
    #[arg(long, value_name = "VARIABLE", requires = "sign_with")]
    password_env: Option<String>,
}

impl Snapshot {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let file = self.sources.file()?;
        self.signer.write(&self.out, &file)?;
        let snapshot = file.snapshot();
        let mut out = io::stdout().lock();
        let (devices, path) = (snapshot.devices().len(), self.out.display());
        writeln!(out, "{devices} GPUs, {path}\n")?;
        live::print_sources(&mut out, &snapshot)?;
        Ok(live::exit(&snapshot))
    }
}

impl Signer {
    /// Writes a snapshot, and its signature where there is a key.
    pub(super) fn write(&self, path: &Path, file: &SnapshotFile) -> Result<(), Failure> {
        let unwritable = |path: &Path, error: &dyn std::fmt::Display| {
            Failure::Answer(format!(
                "GPU snapshot cannot be written\n\nAsked to write `{}`; found: {error}.\n\nName a file that this user may \
                 write.\n\nsnapshot-unwritable",
                path.display()
            ))
        };
        let bytes = file.encode().map_err(|error| unwritable(path, &error))?;
        let signature = self.signature(&bytes, path, &unwritable)?;
        replace(path, &bytes).map_err(|error| unwritable(path, &error))?;
        if let Some(signature) = signature {
            let path = signature_path(path);
            replace(&path, signature.as_bytes()).map_err(|error| unwritable(&path, &error))?;
        }
        Ok(())
    }

    fn signature(
        &self,
        bytes: &[u8],
        path: &Path,
        unwritable: &dyn Fn(&Path, &dyn std::fmt::Display) -> Failure,
    ) -> Result<Option<String>, Failure> {
        let Some(key) = &self.sign_with else {
            return Ok(None);
        };
        let (secret, public) = SigningKey::new(key.clone(), self.password_env.clone()).open()?;
        let comment = Some("signature of a portcullis snapshot");
        let signature = minisign::sign(Some(&public), &secret, bytes, comment, comment);
        let signature = signature.map_err(|error| unwritable(path, &error))?;
        Ok(Some(signature.to_string()))
    }
}

/// Puts a file in the place of another at once.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        // What is left over helps nobody; the error that matters is the first one.
        let _ = fs::remove_file(&beside);
    }
    renamed
}
