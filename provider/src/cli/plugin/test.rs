//! `portcullis plugin test`: the project's own tests, which need neither Terraform nor a platform.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use portcullis_componentize::{Language, Project};

use super::build::failed;
use super::lock::failed_file;
use super::{Exit, Failure};

/// Run the project's own tests: cargo test, npm test, unittest, or the C files in `test`.
///
/// Exit status 2 when a test fails.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The project's folder.
    #[arg(default_value = ".")]
    project: PathBuf,
    /// What follows `--` goes to the test program of the language.
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

impl Test {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let project = Project::open(&self.project).map_err(|error| failed(&error))?;
        // Tests import what is made of the contract.
        project.prepare().map_err(|error| failed(&error))?;
        // Absolute, because the tests run in the project's folder.
        let folder = self
            .project
            .canonicalize()
            .map_err(|error| failed_file(&self.project, &error))?;
        for mut command in self.commands(&folder, project.language())? {
            command.current_dir(&folder);
            let status = command.status().map_err(|error| {
                let program = command.get_program().display();
                Failure::Answer(format!(
                    "Tests cannot be run\n\n`{program}` cannot be started: {error}.\n\nRun `portcullis plugin doctor`: it \
                     says what is missing and what installs it.\n\nplugin-test-unavailable"
                ))
            })?;
            if !status.success() {
                return Ok(Exit::Violation);
            }
        }
        Ok(Exit::Pass)
    }

    fn commands(&self, folder: &Path, language: Language) -> Result<Vec<Command>, Failure> {
        let of = |program: &Path, words: &[&str]| {
            let mut command = Command::new(program);
            command.args(words);
            command
        };
        let venv = |program: &str| folder.join(".venv/bin").join(program);
        let mut commands = match language {
            Language::Rust => vec![of(Path::new("cargo"), &["test"])],
            Language::JavaScript => vec![of(Path::new("npm"), &["test", "--silent", "--"])],
            Language::Python => vec![of(&venv("python"), &["-m", "unittest"])],
            Language::C => {
                let program = folder.join("bindings/test");
                let mut compile = of(&venv("python-zig"), &["cc", "-std=c23", "-I.", "-o"]);
                let sources = sources_in_c(folder).map_err(|error| failed_file(folder, &error))?;
                compile.arg(&program).args(sources);
                vec![compile, of(&program, &[])]
            }
        };
        if let Some(last) = commands.last_mut() {
            last.args(&self.arguments);
        }
        Ok(commands)
    }
}

/// The C files of the project and of its folder `test`, without the one that needs a host.
fn sources_in_c(project: &Path) -> io::Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for folder in ["", "test"] {
        for entry in fs::read_dir(project.join(folder))? {
            let name = PathBuf::from(folder).join(entry?.file_name());
            let is_c = name.extension().is_some_and(|kind| kind == "c");
            if is_c && name != Path::new("plugin.c") {
                sources.push(name);
            }
        }
    }
    sources.sort();
    Ok(sources)
}
