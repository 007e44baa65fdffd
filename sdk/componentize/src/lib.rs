//! Build a portcullis plugin into a WebAssembly component.
//!
//! [`Project`] builds the plugin of a folder in any language that there is a builder for; [`Build`] builds a crate of a
//! workspace by its name. A crate is compiled for `wasm32-unknown-unknown`, whose output imports nothing of a system, and
//! the core module is wrapped into a component in this process. Building twice gives the same bytes, wherever the
//! sources lie: paths are remapped, and no time or random number enters. The exception is Python, see `still`.

mod c;
mod cargo;
mod contract;
mod error;
mod javascript;
mod manifest;
mod project;
mod python;
mod requirements;
mod section;
mod still;
mod tool;

use std::fs;
use std::path::{Path, PathBuf};

pub use error::BuildError;
pub use project::{Language, Project};

/// A crate to build and where to put it.
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
        write(&self.out, &plugin_name(&component)?, &component)
    }
}

/// Wraps a core module that the SDK's export macros made into a component, and moves the manifest section from the
/// module to the component, where it can be read without looking inside.
///
/// # Errors
/// When the module has no manifest section or cannot be a component.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let manifest = section::custom(module, manifest::SECTION).ok_or(BuildError::NoManifest)?;
    let mut component = encode(module)?;
    section::append_custom(&mut component, manifest::SECTION, manifest);
    Ok(component)
}

/// Wraps a core module into a component.
fn encode(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    wit_component::ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| encoder.encode())
        .map_err(|source| BuildError::Encode {
            reason: format!("{source:#}"),
        })
}

/// The name in the manifest section.
fn plugin_name(component: &[u8]) -> Result<String, BuildError> {
    let section = section::custom(component, manifest::SECTION).ok_or(BuildError::NoManifest)?;
    let document = serde_json::from_slice(section).map_err(|_| BuildError::NoManifest)?;
    manifest::name_in(&document)
}

/// Writes `<out>/<name>.wasm`, whole or not at all, and gives its path.
fn write(out: &Path, name: &str, component: &[u8]) -> Result<PathBuf, BuildError> {
    fs::create_dir_all(out).map_err(|source| BuildError::file(out, source))?;
    let path = out.join(format!("{name}.wasm"));
    let part = path.with_extension(format!("wasm.{}", std::process::id()));
    fs::write(&part, component)
        .and_then(|()| fs::rename(&part, &path))
        .map_err(|source| BuildError::file(&path, source))?;
    Ok(path)
}
