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
