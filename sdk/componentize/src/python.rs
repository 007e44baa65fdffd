//! Python: componentize-py from PyPI puts the modules, with the interpreter that has loaded them, into a component.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::BuildError;
use crate::requirements::{self, Requirement};
use crate::still::Still;
use crate::tool::{self, Tool};

const COMPONENTIZE: Requirement = Requirement {
    package: "componentize-py",
    program: "componentize-py",
    version: &["--version"],
};

/// Writes the modules of the world into `bindings`.
pub(crate) fn bind(project: &Path) -> Result<(), BuildError> {
    let bindings = tool::bindings(project)?;
    let mut command = componentize(project)?.command();
    command.arg("--wit-path").arg(project.join("wit"));
    command
        .args(["--quiet", "--world", "plugin", "bindings"])
        .arg(bindings);
    tool::run(&mut command, COMPONENTIZE.program, project)
}

/// Builds the component.
pub(crate) fn component(project: &Path) -> Result<Vec<u8>, BuildError> {
    let work = TempDir::new().map_err(|source| BuildError::file(project, source))?;
    let out = work.path().join("plugin.wasm");
    let still = Still::new()?;
    let mut command = componentize(project)?.command();
    command.arg("--wit-path").arg(project.join("wit"));
    command.args([
        "--quiet",
        "--world",
        "plugin",
        "componentize",
        "--stub-wasi",
    ]);
    command.arg("--python-path").arg(project);
    command.arg("--output").arg(&out).arg("plugin");
    still.hold(&mut command);
    tool::run(&mut command, COMPONENTIZE.program, project)?;
    fs::read(&out).map_err(|source| BuildError::file(&out, source))
}

fn componentize(project: &Path) -> Result<Tool, BuildError> {
    requirements::tool(project, &COMPONENTIZE)
}
