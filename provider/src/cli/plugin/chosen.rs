//! Which plugin a verb is about: a component's file, or the name of a pinned one.

use std::path::{Path, PathBuf};

use clap::Args;
use portcullis_plugin_host::lock::Unpinned;
use portcullis_plugin_host::{Limits, Lock as LockFile, Manifest, PluginRef};

use super::{Failure, LOCK_FILE};

/// Which plugin a verb is about.
#[derive(Debug, Args)]
pub(super) struct Chosen {
    /// A component's file, pinned or not, or the name of a pinned plugin.
    #[arg(value_name = "PLUGIN")]
    plugin: String,
    /// The lock file.
    #[arg(long, default_value = LOCK_FILE)]
    lock: PathBuf,
}

/// A plugin that was read and not run.
#[derive(Debug)]
pub(super) struct Component {
    pub(super) plugin: PluginRef,
    pub(super) manifest: Manifest,
    pub(super) bytes: usize,
    pub(super) signature: Option<String>,
}

impl Chosen {
    /// Reads the component. One that is pinned has to be as it was pinned.
    pub(super) fn read(&self) -> Result<Component, Failure> {
        let max_bytes = Limits::default().component_bytes;
        let path = Path::new(&self.plugin);
        if path.is_file() {
            let read = Unpinned::read(path, max_bytes).map_err(Failure::told)?;
            return Ok(Component::of(read.plugin(path), read));
        }
        let lock = LockFile::read(&self.lock).map_err(Failure::told)?;
        let plugin = lock.plugin(&self.plugin).map_err(Failure::told)?;
        plugin.verify(max_bytes).map_err(Failure::told)?;
        let read = Unpinned::read(&plugin.file, max_bytes).map_err(Failure::told)?;
        Ok(Component::of(plugin, read))
    }

    /// The lock that the verb looks into.
    pub(super) fn lock(&self) -> Result<LockFile, Failure> {
        LockFile::read(&self.lock).map_err(Failure::told)
    }
}

impl Component {
    fn of(plugin: PluginRef, read: Unpinned) -> Self {
        Self {
            plugin,
            bytes: read.binary.len(),
            manifest: read.manifest,
            signature: read.signature,
        }
    }
}
