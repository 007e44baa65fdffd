//! A program of another project that a builder runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::BuildError;

/// A program that was found, not yet run.
#[derive(Debug)]
pub(crate) struct Tool {
    program: PathBuf,
}

impl Tool {
    pub(crate) fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// The tool, if it is of the version that the project pins. Another version would make another component.
    pub(crate) fn of_version(
        self,
        name: &'static str,
        found: &str,
        pinned: Option<&str>,
        install: &'static str,
    ) -> Result<Self, BuildError> {
        match pinned {
            Some(pinned) if pinned == found => Ok(self),
            _ => Err(BuildError::ToolVersion {
                tool: name,
                found: found.to_owned(),
                pinned: pinned.unwrap_or("no version").to_owned(),
                install,
            }),
        }
    }

    /// The program with nothing of the caller's Python: what a project pins is all that it is built with.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for variable in ["VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "NODE_OPTIONS"] {
            command.env_remove(variable);
        }
        command
    }
}

/// Runs a tool in the project's folder. What it says of mistakes goes to standard error.
pub(crate) fn run(
    command: &mut Command,
    tool: &'static str,
    project: &Path,
) -> Result<(), BuildError> {
    let status = command.current_dir(project).stdout(Stdio::null()).status();
    let status = status.map_err(|source| BuildError::ToolStart { tool, source })?;
    if status.success() {
        Ok(())
    } else {
        Err(BuildError::Tool {
            tool,
            folder: project.to_owned(),
        })
    }
}

/// The folder `bindings` of a project, for generated files, without those of the last time.
pub(crate) fn bindings(project: &Path) -> Result<PathBuf, BuildError> {
    let folder = project.join("bindings");
    let removed = match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    removed
        .and_then(|()| fs::create_dir_all(&folder))
        .map_err(|source| BuildError::file(&folder, source))?;
    Ok(folder)
}
