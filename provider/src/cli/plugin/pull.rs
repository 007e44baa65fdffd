//! `portcullis plugin pull`: the only verb that brings a plugin in from the network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use portcullis_plugin_host::lock::{Candidate, Downgrade, Entry, Pinned};
use portcullis_plugin_host::trust::signature_path;
use portcullis_plugin_host::{Limits, Lock as LockFile, PluginRef};
use portcullis_registry::{Registry, Source};

use super::lock::{Outcome, downgrade, failed_file};
use super::registry::registry;
use super::screen::{Format, Spinner};
use super::{Exit, Failure, LOCK_FILE, block_on, host};

/// Fetch a plugin, verify it, and pin it in portcullis.lock; without a source, fetch what the lock pins and is not here.
///
/// Digest, signature and version are verified before anything is written. Terraform never fetches plugins: run this once,
/// review the change of the lock, and commit it.
#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// `oci://registry/repository:tag`, or `https://...` of a component with its signature beside it as `.minisig`.
    source: Option<Source>,
    /// Folder for the component, relative to that of the lock.
    #[arg(long, value_name = "FOLDER", default_value = "plugins")]
    to: PathBuf,
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

impl Pull {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut lock = LockFile::read(&self.lock).map_err(Failure::told)?;
        let registry = registry()?;
        let mut outcomes = Vec::new();
        match &self.source {
            Some(source) => {
                let candidate = fetch(&registry, source, &lock, &self.to)?;
                let pinned = lock
                    .review(&candidate, downgrade(self.allow_downgrade))
                    .map_err(Failure::told)?;
                place(&lock, &candidate, &pinned)?;
                lock.accept(&pinned);
                outcomes.push(Outcome::of(pinned));
            }
            None => {
                for entry in lock.entries().to_vec() {
                    let pinned = restore(&registry, &lock, &entry)?;
                    outcomes.push(Outcome::of(pinned));
                }
            }
        }
        lock.write().map_err(Failure::told)?;
        let format = Format::new(self.json);
        format.write(&outcomes, |out, outcomes| {
            outcomes
                .iter()
                .try_for_each(|outcome| outcome.print(out, format))
        })?;
        Ok(Exit::Pass)
    }
}

fn fetch(
    registry: &Registry,
    source: &Source,
    lock: &LockFile,
    folder: &Path,
) -> Result<Candidate, Failure> {
    let artifact = {
        let _spinner = Spinner::start(format!("fetching {source}"));
        block_on(registry.fetch(source))?.map_err(Failure::told)?
    };
    Candidate::of_fetched(
        lock,
        artifact.component,
        artifact.signature,
        source.to_string(),
        folder,
    )
    .map_err(Failure::told)
}

/// Brings back the file of one entry, if it is not here as it was pinned.
fn restore(registry: &Registry, lock: &LockFile, entry: &Entry) -> Result<Pinned, Failure> {
    let pinned = Pinned {
        before: Some(entry.clone()),
        after: entry.clone(),
    };
    let plugin = lock.plugin(&entry.name).map_err(Failure::told)?;
    if plugin.verify(Limits::default().component_bytes).is_ok() {
        return Ok(pinned);
    }
    let source: Source = entry.source.parse().map_err(Failure::told)?;
    let mut candidate = fetch(registry, &source, lock, Path::new(""))?;
    candidate.path.clone_from(&entry.path);
    let offered = lock
        .review(&candidate, Downgrade::Refused)
        .map_err(Failure::told)?;
    if offered.after.sha256 != entry.sha256 || offered.after.name != entry.name {
        return Err(Failure::Answer(format!(
            "Downloaded plugin has another digest\n\nPlugin `{}` is pinned as sha256 `{}`; `{source}` now gives `{}` `{}` with \
             sha256 `{}`. It was not kept.\n\nIf the upgrade is meant, run `portcullis plugin pull {source}` and review the \
             difference. If not, ask whoever publishes it why the tag moved.\n\nplugin-source-digest",
            entry.name,
            entry.sha256,
            offered.after.name,
            offered.after.version,
            offered.after.sha256
        )));
    }
    place(lock, &candidate, &pinned)?;
    Ok(pinned)
}

/// Compiles the component in a folder of its own and then moves it, with its signature, to its place: whatever fails on the
/// way leaves the plugin folder as it was.
fn place(lock: &LockFile, candidate: &Candidate, pinned: &Pinned) -> Result<(), Failure> {
    let file = lock.folder().join(&candidate.path);
    let staging = lock
        .folder()
        .join(format!(".portcullis/pull-{}", std::process::id()));
    let placed = stage(lock, candidate, pinned, &staging).and_then(|staged| {
        let moved = fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))
            .and_then(|()| match &candidate.signature {
                Some(_) => fs::rename(signature_path(&staged), signature_path(&file)),
                None => remove_if_there(&signature_path(&file)),
            })
            .and_then(|()| fs::rename(&staged, &file));
        moved.map_err(|error| failed_file(&file, &error))
    });
    let _ = fs::remove_dir_all(&staging);
    placed
}

fn stage(
    lock: &LockFile,
    candidate: &Candidate,
    pinned: &Pinned,
    staging: &Path,
) -> Result<PathBuf, Failure> {
    let staged = staging.join("plugin.wasm");
    let write = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes).and_then(|()| fs::File::open(path)?.sync_all())
    };
    fs::create_dir_all(staging)
        .and_then(|()| write(&staged, &candidate.binary))
        .and_then(|()| match &candidate.signature {
            Some(text) => write(&signature_path(&staged), text.as_bytes()),
            None => Ok(()),
        })
        .map_err(|error| failed_file(&staged, &error))?;
    let plugin = PluginRef {
        entry: pinned.after.clone(),
        file: staged.clone(),
        trust: lock.trust().clone(),
    };
    let _spinner = Spinner::start(format!("compiling {}", pinned.after.name));
    block_on(host().prepare(&plugin))?.map_err(Failure::told)?;
    Ok(staged)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
