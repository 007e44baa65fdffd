//! Where the program is.

use std::env;
use std::path::PathBuf;

/// The command that installs what is needed.
pub const INSTALL: &str = "bash .ci/run tools";

/// Whether the server can be started here.
#[must_use]
pub fn is_installed() -> bool {
    program().is_some()
}

/// The one that `.ci/run` installed into its cache, else the one on the search path.
pub(crate) fn program() -> Option<PathBuf> {
    let installed = cache().map(|cache| cache.join("python/bin/moto_server"));
    installed
        .filter(|program| program.is_file())
        .or_else(|| on_path("moto_server"))
}

/// The cache of `.ci/run`: `$PORTCULLIS_CACHE`, else `portcullis` in the user's cache.
fn cache() -> Option<PathBuf> {
    let given = env::var_os("PORTCULLIS_CACHE").map(PathBuf::from);
    let users = || env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    given.or_else(|| users().or_else(home).map(|base| base.join("portcullis")))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}
