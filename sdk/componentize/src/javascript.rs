//! JavaScript and TypeScript: jco from npm bundles the modules and puts them, with the engine QuickJS that has loaded
//! them, into a component.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::BuildError;
use crate::still::Still;
use crate::tool::{self, Tool};

const JCO: &str = "@bytecodealliance/jco";
const INSTALL: &str = "npm install";

/// The host's interfaces are no modules that a bundler could find. Comments with the path of each module are left out:
/// they would make the bytes depend on where `node_modules` lies.
const BUNDLE: &str =
    "export default { external: [/^portcullis:/], experimental: { attachDebugInfo: 'none' } };\n";

/// What a plugin's own module may be called.
const ENTRIES: [&str; 2] = ["plugin.ts", "plugin.js"];

/// Writes the types of the world into `bindings`.
pub(crate) fn bind(project: &Path) -> Result<(), BuildError> {
    let bindings = tool::bindings(project)?;
    let mut command = jco(project)?.command();
    command.arg("guest-types").arg(project.join("wit"));
    command
        .args(["--world-name", "plugin", "--out-dir"])
        .arg(bindings);
    tool::run(&mut command, "jco", project)
}

/// Builds the component.
pub(crate) fn component(project: &Path) -> Result<Vec<u8>, BuildError> {
    let entry = ENTRIES.map(|name| project.join(name));
    let [typed, plain] = &entry;
    let entry = if typed.is_file() { typed } else { plain };
    let work = TempDir::new().map_err(|source| BuildError::file(project, source))?;
    let bundle = work.path().join("bundle.mjs");
    fs::write(&bundle, BUNDLE).map_err(|source| BuildError::file(&bundle, source))?;
    let out = work.path().join("plugin.wasm");
    let still = Still::new()?;
    let mut command = jco(project)?.command();
    command.arg("componentize").arg(entry);
    command.arg("--wit").arg(project.join("wit"));
    command.args(["--world-name", "plugin", "--backend", "qjs"]);
    command.args(["--backend-qjs-stub-wasi", "--backend-qjs-disable-async"]);
    command.args(["--bundle", "--bundle-config"]).arg(&bundle);
    command.arg("--out").arg(&out);
    still.hold(&mut command);
    tool::run(&mut command, "jco", project)?;
    fs::read(&out).map_err(|source| BuildError::file(&out, source))
}

/// jco in the folder `node_modules` of the project or of a folder above it, where Node.js looks too.
fn jco(project: &Path) -> Result<Tool, BuildError> {
    let pinned = read(&project.join("package.json"))?
        .pointer(&format!("/devDependencies/{}", JCO.replace('/', "~1")))
        .and_then(Value::as_str)
        .map(str::to_owned);
    let missing = || BuildError::NoTool {
        tool: "jco",
        folder: project.to_owned(),
        install: INSTALL,
    };
    let modules = |folder: &Path| folder.join("node_modules");
    let installed: PathBuf = project
        .ancestors()
        .map(modules)
        .find(|modules| modules.join(JCO).is_dir())
        .ok_or_else(missing)?;
    let found = read(&installed.join(JCO).join("package.json"))?
        .get("version")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    Tool::new(installed.join(".bin").join("jco")).of_version(
        "jco",
        &found,
        pinned.as_deref(),
        INSTALL,
    )
}

fn read(path: &Path) -> Result<Value, BuildError> {
    let text = fs::read(path).map_err(|source| BuildError::file(path, source))?;
    serde_json::from_slice(&text).map_err(|error| BuildError::Manifest {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}
