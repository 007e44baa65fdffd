//! Build a plugin crate into a WebAssembly component.
//!
//! The crate is compiled for `wasm32-unknown-unknown`, whose output imports nothing of a system, and the core module
//! is wrapped into a component in this process. Building twice gives the same bytes, wherever the sources lie: paths
//! are remapped, and no time or random number enters.

mod cargo;
mod error;
mod section;

use std::fs;
use std::path::{Path, PathBuf};

pub use error::BuildError;

/// Name of the custom section that holds the manifest document.
const MANIFEST_SECTION: &str = "portcullis:manifest";

/// What to build and where to put it.
#[derive(Clone, Debug)]
pub struct Build {
    /// A folder of the workspace or crate to build in.
    pub workspace: PathBuf,
    /// Name of the plugin's package.
    pub package: String,
    /// Folder for the component; made when it is missing.
    pub out: PathBuf,
}

impl Build {
    /// Builds the component and gives its path, `<out>/<name in the manifest>.wasm`.
    ///
    /// # Errors
    /// When cargo fails, when the crate does not export a plugin, or when the file cannot be written.
    pub fn run(&self) -> Result<PathBuf, BuildError> {
        let core = cargo::compile(&self.workspace, &self.package)?;
        let module = fs::read(&core).map_err(|source| BuildError::file(&core, source))?;
        let component = componentize(&module)?;
        let path = self.out.join(format!("{}.wasm", plugin_name(&component)?));
        fs::create_dir_all(&self.out).map_err(|source| BuildError::file(&self.out, source))?;
        write_atomically(&path, &component)?;
        Ok(path)
    }
}

/// Wraps a core module that the SDK's export macros made into a component, and moves the manifest section from the
/// module to the component, where it can be read without looking inside.
///
/// # Errors
/// When the module has no manifest section or cannot be a component.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let manifest = section::custom(module, MANIFEST_SECTION).ok_or(BuildError::NoManifest)?;
    let mut component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| encoder.encode())
        .map_err(|source| BuildError::Encode {
            reason: format!("{source:#}"),
        })?;
    section::append_custom(&mut component, MANIFEST_SECTION, manifest);
    Ok(component)
}

/// The name in the manifest, which may be a file name and nothing more.
fn plugin_name(component: &[u8]) -> Result<String, BuildError> {
    let manifest = section::custom(component, MANIFEST_SECTION).ok_or(BuildError::NoManifest)?;
    let manifest: serde_json::Value =
        serde_json::from_slice(manifest).map_err(|_| BuildError::NoManifest)?;
    let name = manifest
        .get("name")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(BuildError::Name {
            name: name.to_owned(),
        });
    }
    Ok(name.to_owned())
}

fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let part = path.with_extension(format!("wasm.{}", std::process::id()));
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|source| BuildError::file(path, source))
}
