//! The lock, the pinned files and the cache of this folder.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use portcullis_plugin_host::{Limits, Lock, PluginError};

use super::State;
use crate::configure::CACHE_DIR;

/// The cache is used only when nobody else can write it.
pub(super) fn cache() -> State {
    let mend = format!("rm -r {CACHE_DIR}, and run this as the user who plans");
    match fs::symlink_metadata(CACHE_DIR) {
        Ok(metadata) if !metadata.is_dir() => {
            State::missing(format!("{CACHE_DIR} is no folder"), mend)
        }
        Ok(metadata) if metadata.mode() & 0o077 != 0 => State::missing(
            format!("{CACHE_DIR} has mode {:o}", metadata.mode() & 0o777),
            format!("chmod 700 {CACHE_DIR}"),
        ),
        Ok(_) => match fs::read_dir(CACHE_DIR) {
            Ok(entries) => State::fine(format!("{CACHE_DIR}, {} files", entries.count())),
            Err(error) => State::missing(format!("{CACHE_DIR}: {error}"), mend),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            State::fine("not made yet, the first plugin makes it")
        }
        Err(error) => State::missing(format!("{CACHE_DIR}: {error}"), mend),
    }
}

pub(super) fn lock(path: &Path) -> State {
    match Lock::read(path) {
        Ok(lock) => {
            let keys = match lock.trust().asks_for_signatures() {
                true => format!("signed by {}", lock.trust()),
                false => "no key is trusted".to_owned(),
            };
            State::fine(format!("{} plugins, {keys}", lock.entries().len()))
        }
        Err(error) => State::missing(detail(&error), format!("git checkout {}", path.display())),
    }
}

/// Whether each pinned file is here, unchanged and signed.
pub(super) fn pinned(path: &Path) -> State {
    let Ok(lock) = Lock::read(path) else {
        return State::missing(
            "the lock cannot be read",
            format!("git checkout {}", path.display()),
        );
    };
    for entry in lock.entries() {
        let verified = lock
            .plugin(&entry.name)
            .and_then(|plugin| plugin.verify(Limits::default().component_bytes));
        if let Err(error) = verified {
            let mend = match entry.source.starts_with("file:") {
                true => format!("git checkout {}", entry.path),
                false => "portcullis plugin pull".to_owned(),
            };
            return State::missing(detail(&error), mend);
        }
    }
    State::fine("all here and as they were pinned")
}

/// The second line of a diagnostic: what was found.
fn detail(error: &PluginError) -> String {
    let text = error.to_string();
    text.lines().nth(1).unwrap_or_default().to_owned()
}
