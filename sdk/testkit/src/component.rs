//! A plugin as the component that users run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portcullis_componentize::{Build, BuildError};
use portcullis_plugin_host::{Host, HostConfig, Limits, Lock, PluginError, PluginRef};
use tempfile::TempDir;

/// What the clock of every test shows: 2026-11-23T00:00:00Z.
pub const NOW: u32 = 1_795_392_000;

/// A component that is pinned, compiled and ready to be called.
#[derive(Debug)]
pub struct Component {
    /// Holds the file that is pinned and its lock, for as long as anybody may load it.
    pub(crate) folder: Arc<TempDir>,
    pub(crate) host: Host,
    pub(crate) plugin: PluginRef,
}

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// The crate cannot be built.
    #[error("The plugin cannot be built.")]
    Build(#[from] BuildError),
    /// The file cannot be read, or its copy not be written.
    #[error("`{}` cannot be read or copied.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The host refuses it.
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl Component {
    /// Builds the plugin crate `package` in the workspace around `folder`, as `portcullis plugin build` does. A test of
    /// the crate itself writes `Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR"))`.
    ///
    /// # Errors
    /// When the crate cannot be built, or the host refuses the component.
    pub fn build(package: &str, folder: impl AsRef<Path>) -> Result<Self, ComponentError> {
        let out = TempDir::new().map_err(|source| ComponentError::File {
            path: std::env::temp_dir(),
            source,
        })?;
        let build = Build {
            workspace: folder.as_ref().to_owned(),
            package: package.to_owned(),
            out: out.path().to_owned(),
        };
        Self::open(build.run()?)
    }

    /// A component that lies in a file.
    ///
    /// # Errors
    /// When the file cannot be read, or the host refuses it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ComponentError> {
        Self::with_limits(path.as_ref(), Limits::default())
    }

    pub(crate) fn with_limits(path: &Path, limits: Limits) -> Result<Self, ComponentError> {
        let file = |source| ComponentError::File {
            path: path.to_owned(),
            source,
        };
        let folder = TempDir::new().map_err(file)?;
        let copy = folder.path().join("plugin.wasm");
        fs::copy(path, &copy).map_err(file)?;
        let mut lock = Lock::read(&folder.path().join("portcullis.lock"))?;
        let name = lock.pin(&copy, limits.component_bytes)?.after.name;
        lock.write()?;
        let plugin = lock.plugin(&name)?;
        let mut config = HostConfig::new(Arc::new(|| NOW));
        config.limits = limits;
        config.cache_dir = Some(folder.path().join("cache"));
        Ok(Self {
            folder: Arc::new(folder),
            host: Host::new(config),
            plugin,
        })
    }
}
