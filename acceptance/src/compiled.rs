//! Plugins compiled once for all workspaces: compiling one takes longer than most of what a case does with it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::folder;
use crate::process::Process;
use crate::repository;

/// Where a workspace keeps compiled plugins.
const CACHE: &str = ".portcullis/cache";

/// The caches that `portcullis plugin lock` fills, one for each set of plugins, since the entries of one cache are sealed
/// for it alone.
#[derive(Debug)]
pub(crate) struct Compiled {
    folder: TempDir,
    sets: Mutex<BTreeSet<String>>,
}

impl Compiled {
    /// Nothing yet.
    ///
    /// # Errors
    /// When no folder can be made.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            folder: tempfile::Builder::new().prefix("portcullis-").tempdir()?,
            sets: Mutex::default(),
        })
    }

    /// Puts these plugins into a workspace's folder, and the cache that has them compiled. Nothing is pinned there.
    ///
    /// # Errors
    /// When a plugin is not built, or cannot be compiled.
    pub(crate) fn put(&self, plugins: &[String], workspace: &Path) -> Result<()> {
        if plugins.is_empty() {
            return Ok(());
        }
        copy(plugins, workspace)?;
        let name = plugins.join("+");
        let set = self.folder.path().join(&name);
        // Held while compiling: whoever waits needs what is compiled, or a core.
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if !sets.contains(&name) {
            fs::create_dir_all(&set)?;
            copy(plugins, &set)?;
            let files = plugins.iter().map(|plugin| file(plugin));
            Process::new(repository::built("debug", "portcullis"))
                .args(["plugin", "lock"])
                .args(files)
                .dir(&set)
                .run()?
                .success("portcullis plugin lock")?;
            sets.insert(name);
        }
        drop(sets);
        let cache = workspace.join(CACHE);
        fs::create_dir_all(&cache)?;
        // The provider uses no cache that others may enter.
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o700))?;
        folder::copy(&set.join(CACHE), &cache, &[])
    }
}

fn copy(plugins: &[String], to: &Path) -> Result<()> {
    for plugin in plugins {
        let file = file(plugin);
        let built = repository::target().join("plugins").join(&file);
        fs::copy(&built, to.join(&file)).with_context(|| {
            format!(
                "{} is not built: run `cargo verify --only setup`",
                built.display()
            )
        })?;
    }
    Ok(())
}

fn file(plugin: &str) -> String {
    format!("{plugin}.wasm")
}
