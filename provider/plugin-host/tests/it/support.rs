//! A folder with a lock and plugins in it, and a host over it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use portcullis_plugin_host::{Compiler, Host, HostConfig, Limits, Lock, Network, PluginRef};
use tempfile::TempDir;

/// What the clock of every test shows: 2026-11-23T00:00:00Z.
pub(crate) const NOW: u32 = 1_795_392_000;

/// A folder with a lock and plugins in it.
pub(crate) struct Folder {
    dir: PathBuf,
    /// Whether its plugins are of this workspace, which many tests run.
    is_of_workspace: AtomicBool,
    /// Removes the folder in the end, if it is this test's own.
    _owned: Option<TempDir>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        Self {
            dir: dir.path().to_owned(),
            is_of_workspace: AtomicBool::default(),
            _owned: Some(dir),
        }
    }

    /// The folder of another process.
    pub(crate) fn at(dir: PathBuf) -> Self {
        Self {
            dir,
            is_of_workspace: AtomicBool::default(),
            _owned: None,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Builds a plugin of this workspace, puts it into the folder and pins it.
    pub(crate) fn workspace_plugin(&self, package: &str) -> PluginRef {
        // Built once by the first test that needs it; the tests of this binary run side by side.
        static BUILT: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
        self.is_of_workspace.store(true, Ordering::Relaxed);
        let mut built = BUILT.lock().unwrap();
        let component = built.entry(package.to_owned()).or_insert_with(|| {
            componentize(
                &["--package".as_ref(), package.as_ref()],
                &self.path("built"),
            )
        });
        self.plugin(package, component)
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

    /// Its own, unless it has a plugin of this workspace: compiling these for each test took two thirds of what the tests of
    /// the connectors did.
    pub(crate) fn cache(&self) -> PathBuf {
        match self.is_of_workspace.load(Ordering::Relaxed) {
            true => Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"),
            false => self.path("cache"),
        }
    }

    /// A host with default limits and a cache in the folder.
    pub(crate) fn host(&self) -> Host {
        self.host_with(Limits::default(), Network::default())
    }

    pub(crate) fn host_with(&self, limits: Limits, network: Network) -> Host {
        self.host_of(HostConfig::new(Arc::new(|| NOW)), limits, network)
    }

    /// A host with another clock.
    pub(crate) fn host_at(&self, clock: fn() -> u32, limits: Limits) -> Host {
        self.host_of(HostConfig::new(Arc::new(clock)), limits, Network::default())
    }

    fn host_of(&self, mut config: HostConfig, limits: Limits, network: Network) -> Host {
        config.cache_dir = Some(self.cache());
        config.compiler = Compiler::Child {
            program: env!("CARGO_BIN_EXE_portcullis-compile").into(),
            arguments: Vec::new(),
        };
        config.limits = limits;
        config.network = network;
        Host::new(config)
    }
}

/// The component with a manifest section at its end.
pub(crate) fn with_manifest(mut component: Vec<u8>, manifest: &serde_json::Value) -> Vec<u8> {
    const NAME: &[u8] = b"portcullis:manifest";
    let manifest = manifest.to_string();
    let len = 1 + NAME.len() + manifest.len();
    let (low, high) = (
        u8::try_from(len & 0x7f).unwrap(),
        u8::try_from(len >> 7).unwrap(),
    );
    component.extend([0, low | 0x80, high, u8::try_from(NAME.len()).unwrap()]);
    component.extend(NAME.iter().copied().chain(manifest.bytes()));
    component
}

/// Builds one plugin as its authors do, with the words that name it.
pub(crate) fn componentize(words: &[&OsStr], out: &Path) -> Vec<u8> {
    static BUILDER: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(BUILDER.get_or_init(builder));
    let printed = printed_by(command.args(words).arg("--out").arg(out));
    fs::read(printed.trim()).unwrap()
}

/// The program that builds plugins, built here with the features that a test of the workspace has: a build of it alone
/// would compile half of what it needs once more.
fn builder() -> PathBuf {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--workspace", "--example", "verdict"]);
    printed_by(command.args(["--bin", "portcullis-componentize"]));
    Path::new(env!("CARGO_BIN_EXE_portcullis-compile")).with_file_name("portcullis-componentize")
}

/// What a program prints that succeeds, run in the workspace.
fn printed_by(command: &mut Command) -> String {
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}
