//! A folder with a lock and plugins in it, and a host over it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use portcullis_componentize::Build;
use portcullis_plugin_host::{Host, HostConfig, Limits, Lock, Network, PluginRef};
use tempfile::TempDir;

/// What the clock of every test shows: 2026-11-23T00:00:00Z.
pub(crate) const NOW: u32 = 1_795_392_000;

/// A folder with a lock and plugins in it.
pub(crate) struct Folder {
    dir: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Builds a first-party plugin into the folder and pins it.
    pub(crate) fn first_party(&self, package: &str) -> PluginRef {
        // One cargo at a time: the tests of this binary run side by side.
        static CARGO: Mutex<()> = Mutex::new(());
        let _one = CARGO.lock().unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let build = Build {
            workspace,
            package: package.to_owned(),
            out: self.path("plugins"),
        };
        self.pin(&build.run().unwrap())
    }

    /// Writes a component into the folder and pins it.
    pub(crate) fn plugin(&self, name: &str, component: &[u8]) -> PluginRef {
        let path = self.path(&format!("{name}.wasm"));
        fs::write(&path, component).unwrap();
        self.pin(&path)
    }

    fn pin(&self, path: &Path) -> PluginRef {
        let mut lock = self.lock();
        let name = lock
            .pin(path, Limits::default().component_bytes)
            .unwrap()
            .after
            .name;
        lock.write().unwrap();
        self.lock().plugin(&name).unwrap()
    }

    pub(crate) fn lock(&self) -> Lock {
        Lock::read(&self.path("portcullis.lock")).unwrap()
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// A host with default limits and a cache in the folder.
    pub(crate) fn host(&self) -> Host {
        self.host_with(Limits::default(), Network::default())
    }

    pub(crate) fn host_with(&self, limits: Limits, network: Network) -> Host {
        let mut config = HostConfig::new(Arc::new(|| NOW));
        config.cache_dir = Some(self.cache());
        config.limits = limits;
        config.network = network;
        Host::new(config)
    }
}
