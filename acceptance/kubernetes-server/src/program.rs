//! Where the programs are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The command that installs what is needed.
pub const INSTALL: &str = "bash .ci/run tools";

/// Whether a cluster can be started here.
#[must_use]
pub fn is_installed() -> bool {
    api_server().is_some() && on_path("etcd").is_some()
}

/// The server that `.ci/run` built into its cache, else the one on the search path.
pub(crate) fn api_server() -> Option<PathBuf> {
    built().or_else(|| on_path("kube-apiserver"))
}

fn built() -> Option<PathBuf> {
    let folders = fs::read_dir(cache()?).ok()?;
    let mut found: Vec<PathBuf> = folders
        .filter_map(|folder| Some(folder.ok()?.path()))
        .filter(|folder| is_named(folder, "kubernetes-"))
        .map(|folder| folder.join("kube-apiserver"))
        .filter(|program| program.is_file())
        .collect();
    found.sort();
    found.pop()
}

fn is_named(folder: &Path, prefix: &str) -> bool {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(prefix)
}

/// The cache of `.ci/run`: `$PORTCULLIS_CACHE`, else `portcullis` in the user's cache.
fn cache() -> Option<PathBuf> {
    let given = env::var_os("PORTCULLIS_CACHE").map(PathBuf::from);
    let users = || env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    given.or_else(|| users().or_else(home).map(|base| base.join("portcullis")))
}

/// The first program of that name on the search path.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}
