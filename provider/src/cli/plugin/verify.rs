//! `portcullis plugin verify`: is every pinned plugin here, unchanged, and signed as the lock wants it?

use std::path::PathBuf;

use clap::Args;
use portcullis_plugin_host::{Limits, Lock as LockFile};
use serde::Serialize;

use super::screen::Format;
use super::{Exit, Failure, LOCK_FILE};

/// Verify pinned plugins: the digest and the signature of each, as the provider does before it runs one.
///
/// Exit status 2 when one of them would be refused.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Names or paths of pinned plugins; all of them when none is given.
    plugins: Vec<String>,
    /// The lock file.
    #[arg(long, default_value = LOCK_FILE)]
    lock: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What verifying one plugin found.
#[derive(Debug, Serialize)]
struct Verdict {
    name: String,
    version: String,
    sha256: String,
    /// The trusted key that signed it, by name and id; none when no key is trusted.
    signer: Option<String>,
    /// Why the provider would refuse it.
    refused: Option<String>,
}

impl Verify {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let lock = LockFile::read(&self.lock).map_err(Failure::told)?;
        let names: Vec<String> = match self.plugins.is_empty() {
            true => lock
                .entries()
                .iter()
                .map(|entry| entry.name.clone())
                .collect(),
            false => self.plugins,
        };
        let verdicts: Vec<Verdict> = names
            .iter()
            .map(|name| verdict(&lock, name))
            .collect::<Result<_, Failure>>()?;
        Format::new(self.json).write(&verdicts, |out, verdicts| {
            for one in verdicts {
                match (&one.refused, &one.signer) {
                    (Some(reason), _) => writeln!(out, "Refused: {}\n\n{reason}\n", one.name)?,
                    (None, Some(signer)) => {
                        writeln!(out, "Verified: {} {}, signed by {signer}", one.name, one.version)?;
                    }
                    (None, None) => writeln!(
                        out,
                        "Verified: {} {}, as pinned; no key is trusted, so no signature was asked for",
                        one.name, one.version
                    )?,
                }
            }
            Ok(())
        })?;
        let all = verdicts.iter().all(|one| one.refused.is_none());
        Ok(if all { Exit::Pass } else { Exit::Violation })
    }
}

fn verdict(lock: &LockFile, name: &str) -> Result<Verdict, Failure> {
    let plugin = lock.plugin(name).map_err(Failure::told)?;
    let verified = plugin.verify(Limits::default().component_bytes);
    let (signer, refused) = match verified {
        Ok(signer) => (signer, None),
        Err(error) => (None, Some(Failure::told(error).to_string())),
    };
    let named = |id: &portcullis_plugin_host::trust::KeyId| {
        let name = lock.trust().name_of(id).unwrap_or_default();
        format!("{name} ({id})")
    };
    Ok(Verdict {
        name: plugin.entry.name.clone(),
        version: plugin.entry.version.clone(),
        sha256: plugin.entry.sha256.clone(),
        signer: signer.as_ref().map(named),
        refused,
    })
}
