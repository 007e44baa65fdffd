//! Why no component came out.

use std::io;
use std::path::{Path, PathBuf};

/// Why no component came out.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Cargo could not be started.
    #[error("`cargo` cannot be started. Install Rust with rustup.")]
    NoCargo(#[source] io::Error),
    /// Cargo ran and failed; what it said is on standard error.
    #[error(
        "`cargo build --package {package} --target wasm32-unknown-unknown` failed. Read its output above; if the \
         target is missing, run `rustup target add wasm32-unknown-unknown`."
    )]
    Cargo {
        /// The package that was asked for.
        package: String,
    },
    /// The module has no manifest section.
    #[error(
        "The module has no section `portcullis:manifest`. Call `export_connector!` or `export_check!` in the crate's \
         root and set its crate type to `cdylib`."
    )]
    NoManifest,
    /// The name in the manifest cannot be a file name.
    #[error("The manifest names the plugin `{name}`. Use lower-case letters, digits and hyphens.")]
    Name {
        /// The name in the manifest.
        name: String,
    },
    /// The module does not fit the WIT that it declares.
    #[error("The module cannot be made a component: {reason}")]
    Encode {
        /// What the encoder found.
        reason: String,
    },
    /// The folder is not a plugin's.
    #[error(
        "`{folder}` is not the folder of a plugin: it holds none of `Cargo.toml`, `package.json`, `pyproject.toml` and \
         `plugin.c`. Name the folder that `portcullis plugin new` made."
    )]
    NoProject {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// A JSON document of the project cannot be read.
    #[error("`{path}` is not the JSON that is expected: {reason}.")]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The world of the project cannot be understood.
    #[error("`wit/world.wit` of `{folder}` gives no bindings: {reason}.")]
    Wit {
        /// The project.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A tool of the language is not installed.
    #[error("`{tool}` is not installed for `{folder}`. Run `{install}` there.")]
    NoTool {
        /// The program.
        tool: &'static str,
        /// The project.
        folder: PathBuf,
        /// What installs it into the project.
        install: &'static str,
    },
    /// A tool is of another version than the project pins, and would build another component.
    #[error(
        "`{tool}` is version `{found}`, and the project pins `{pinned}`. Run `{install}` in its folder."
    )]
    ToolVersion {
        /// The program.
        tool: &'static str,
        /// What it says of itself.
        found: String,
        /// What the project says.
        pinned: String,
        /// What installs it into the project.
        install: &'static str,
    },
    /// A tool is there and cannot be started.
    #[error(
        "`{tool}` cannot be started. Install what runs it: Node.js 20 or Python 3.11, or newer."
    )]
    ToolStart {
        /// The program.
        tool: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A tool ran and failed; what it said is on standard error.
    #[error("`{tool}` failed in `{folder}`. Read its output above.")]
    Tool {
        /// The program.
        tool: &'static str,
        /// The project.
        folder: PathBuf,
    },
    /// A file could not be read or written.
    #[error("`{path}` cannot be read or written.")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl BuildError {
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
