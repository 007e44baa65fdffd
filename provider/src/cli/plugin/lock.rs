//! `portcullis plugin lock`: pin components as they lie here.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use portcullis_plugin_host::lock::{Candidate, Change, Downgrade, Entry, Pinned};
use portcullis_plugin_host::trust::TrustedKey;
use portcullis_plugin_host::{Limits, Lock as LockFile};
use serde::Serialize;

use super::screen::{Format, Spinner};
use super::{Exit, Failure, LOCK_FILE, block_on, host};

/// Pin components in portcullis.lock: their digest, signer, and what they ask for. Commit the file and review its
/// changes.
#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// Components to pin, in the folder of the lock file or below it.
    #[arg(required_unless_present = "trust")]
    files: Vec<PathBuf>,
    /// Trust a minisign public key from now on: every plugin then needs a signature by a trusted key. May be given several
    /// times.
    #[arg(long, value_name = "KEY.PUB")]
    trust: Vec<PathBuf>,
    /// Let a plugin go back to a lower version than the pinned one.
    #[arg(long)]
    allow_downgrade: bool,
    /// The lock file.
    #[arg(long, default_value = LOCK_FILE)]
    lock: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What became of one component.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    outcome: Word,
    /// What is different from what was pinned before.
    changes: Vec<Change>,
    /// Everything that it asks for.
    rights: Vec<String>,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Word {
    Pinned,
    Unchanged,
    Changed,
}

impl Lock {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut lock = LockFile::read(&self.lock).map_err(Failure::told)?;
        for path in &self.trust {
            lock.trust_key(public_key(path)?).map_err(Failure::told)?;
        }
        let downgrade = downgrade(self.allow_downgrade);
        let mut outcomes = Vec::new();
        for file in &self.files {
            let candidate = Candidate::of_file(&lock, file, Limits::default().component_bytes)
                .map_err(Failure::told)?;
            let pinned = lock.review(&candidate, downgrade).map_err(Failure::told)?;
            lock.accept(&pinned);
            prepare(&lock, &pinned.after.name)?;
            outcomes.push(Outcome::of(pinned));
        }
        lock.write().map_err(Failure::told)?;
        let format = Format::new(self.json);
        format.write(&outcomes, |out, outcomes| {
            if !self.trust.is_empty() {
                writeln!(out, "Trusted: {}", lock.trust())?;
            }
            outcomes
                .iter()
                .try_for_each(|outcome| outcome.print(out, format))
        })?;
        Ok(Exit::Pass)
    }
}

/// What the switch `--allow-downgrade` means.
pub(super) fn downgrade(allowed: bool) -> Downgrade {
    match allowed {
        true => Downgrade::Allowed,
        false => Downgrade::Refused,
    }
}

/// Compiles a plugin now, so that no plan waits for it, and refuses it now when it cannot run here.
pub(super) fn prepare(lock: &LockFile, name: &str) -> Result<(), Failure> {
    let plugin = lock.plugin(name).map_err(Failure::told)?;
    let _spinner = Spinner::start(format!("compiling {name}"));
    block_on(host().prepare(&plugin))?.map_err(Failure::told)
}

/// A minisign public key file, named as the file is.
fn public_key(path: &Path) -> Result<TrustedKey, Failure> {
    let refused = |reason: String| {
        Failure::Answer(format!(
            "Signing key cannot be used\n\nAsked for the public key in `{}`: {reason}.\n\nName the `.pub` file that \
             `minisign -G` or `portcullis plugin sign --new-key` wrote.\n\nplugin-key-unusable",
            path.display()
        ))
    };
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let line = text
        .lines()
        .nth(1)
        .ok_or_else(|| refused("it has fewer than two lines".to_owned()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok(TrustedKey {
        name: name.into_owned(),
        public: line.trim().to_owned(),
    })
}

/// A file that cannot be read or written.
pub(super) fn failed_file(path: &Path, reason: &dyn std::fmt::Display) -> Failure {
    Failure::Answer(format!(
        "Plugin file cannot be used\n\n`{}`: {reason}.\n\nCheck that the file exists and that this user may read and \
         write it.\n\nplugin-file",
        path.display()
    ))
}

impl Outcome {
    pub(super) fn of(pinned: Pinned) -> Self {
        let Pinned { before, after } = pinned;
        let changes = before
            .as_ref()
            .map_or_else(Vec::new, |before| before.changes_to(&after));
        let outcome = match &before {
            None => Word::Pinned,
            Some(before) if *before == after => Word::Unchanged,
            Some(_) => Word::Changed,
        };
        Self {
            outcome,
            changes,
            rights: after.rights(),
            entry: after,
        }
    }

    /// A headline and, below it, what a reviewer has to agree to: all rights of a new plugin, the changes of a known one.
    pub(super) fn print(&self, out: &mut dyn Write, format: Format) -> io::Result<()> {
        let Entry {
            name,
            version,
            world,
            sha256,
            signer,
            ..
        } = &self.entry;
        let signed = match signer {
            Some(id) => format!(", signed by {id}"),
            None => String::new(),
        };
        let word = match self.outcome {
            Word::Pinned => "Pinned",
            Word::Unchanged => "Unchanged",
            Word::Changed => "Changed",
        };
        let world = world.name();
        writeln!(
            out,
            "{word}: {name} {version} ({world}), sha256 {sha256}{signed}"
        )?;
        if self.outcome == Word::Pinned {
            for right in &self.rights {
                writeln!(out, "  asks for {right}")?;
            }
        }
        for change in &self.changes {
            writeln!(out, "  {}", format.change(change))?;
        }
        Ok(())
    }
}
