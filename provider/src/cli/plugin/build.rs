//! `portcullis plugin build`: from a project to a component.

use std::path::PathBuf;

use clap::Args;
use portcullis_componentize::{BuildError, Project};
use portcullis_plugin_host::lock::Unpinned;
use portcullis_plugin_host::{ConfigSchema, Limits};
use serde::Serialize;

use super::screen::{Format, Spinner};
use super::{Exit, Failure};

/// Build the plugin of a project into a component with its manifest inside.
///
/// The language is that of the project: a crate, `package.json`, `pyproject.toml` or `plugin.c`. Building twice gives the
/// same bytes, wherever the project lies; of Python, nearly the same.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The project's folder.
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Folder for the component, `<name>.wasm`.
    #[arg(long, value_name = "FOLDER", default_value = "plugins")]
    out: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Built {
    name: String,
    version: String,
    world: &'static str,
    path: PathBuf,
    sha256: String,
    bytes: usize,
}

impl Build {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let path = {
            let _spinner = Spinner::start(format!("building {}", self.project.display()));
            Project::open(&self.project)
                .and_then(|project| project.build(&self.out))
                .map_err(|error| failed(&error))?
        };
        let component =
            Unpinned::read(&path, Limits::default().component_bytes).map_err(Failure::told)?;
        if let Some(Err(reason)) = component.manifest.config.as_ref().map(ConfigSchema::parse) {
            return Err(Failure::Answer(format!(
                "Plugin cannot be built\n\nThe component was built, and `plugin lock` would refuse it. The `config` of its \
                 manifest: {reason}.\n\nUse the keywords that `sdk/manifest.md` lists.\n\nplugin-build-failed"
            )));
        }
        let built = Built {
            name: component.manifest.name,
            version: component.manifest.version,
            world: component.manifest.world.name(),
            path,
            sha256: component.sha256,
            bytes: component.binary.len(),
        };
        Format::new(self.json).write(&built, |out, built| {
            let Built {
                name,
                version,
                world,
                path,
                sha256,
                bytes,
            } = built;
            let (path, size) = (path.display(), bytes.div_ceil(1000));
            writeln!(
                out,
                "Built: {name} {version} ({world}), {path}, {size} KB\n  sha256 {sha256}"
            )
        })?;
        Ok(Exit::Pass)
    }
}

/// Why a project gave no component; the error says itself what to do.
pub(super) fn failed(error: &BuildError) -> Failure {
    Failure::Answer(format!(
        "Plugin cannot be built\n\n{error}\n\nplugin-build-failed"
    ))
}
