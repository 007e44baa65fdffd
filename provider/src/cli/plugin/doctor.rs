//! `portcullis plugin doctor`: what is missing on this machine, and the command that mends it.

mod examine;
mod program;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use portcullis_componentize::{Language, Project};
use serde::Serialize;

use super::screen::Format;
use super::{Exit, Failure, LOCK_FILE};

/// Find what is missing here to build, sign and run plugins, and print the command that mends it.
///
/// Exit status 1 when something is missing that the project in this folder, or its lock, needs.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The project's folder.
    #[arg(default_value = ".")]
    project: PathBuf,
    /// The lock file.
    #[arg(long, default_value = LOCK_FILE)]
    lock: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked for.
#[derive(Debug, Serialize)]
struct Finding {
    /// What it is, in a few words.
    what: &'static str,
    /// What it is for.
    serves: &'static str,
    /// Whether the project or the lock in this folder needs it.
    needed: bool,
    #[serde(flatten)]
    state: State,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase", tag = "state")]
enum State {
    /// It is there, in this version or state.
    Fine { found: String },
    Missing {
        found: String,
        /// The command that mends it.
        mend: String,
    },
}

impl State {
    fn fine(found: impl Into<String>) -> Self {
        Self::Fine {
            found: found.into(),
        }
    }

    fn missing(found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Missing {
            found: found.into(),
            mend: mend.into(),
        }
    }
}

impl Doctor {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let language = Project::open(&self.project)
            .ok()
            .map(|project| project.language());
        let findings = self.findings(language);
        let sick = findings
            .iter()
            .any(|one| one.needed && matches!(one.state, State::Missing { .. }));
        Format::new(self.json).write(&findings, |out, findings| print(out, findings, language))?;
        Ok(if sick { Exit::Error } else { Exit::Pass })
    }

    fn findings(&self, language: Option<Language>) -> Vec<Finding> {
        let mut findings = self.of_languages(language);
        findings.extend(of_every_project());
        let of_this_folder = [
            (
                "plugin cache",
                "plans that compile nothing",
                examine::cache(),
            ),
            (
                "plugin lock",
                "running plugins at all",
                examine::lock(&self.lock),
            ),
            ("pinned plugins", "plans", examine::pinned(&self.lock)),
        ];
        findings.extend(of_this_folder.map(|(what, serves, state)| Finding {
            what,
            serves,
            needed: true,
            state,
        }));
        findings
    }

    /// What builds plugins; needed is what the language of this project needs.
    fn of_languages(&self, language: Option<Language>) -> Vec<Finding> {
        const RUST: (&str, &[Language]) = ("plugins in Rust", &[Language::Rust]);
        const JAVASCRIPT: (&str, &[Language]) = ("plugins in JavaScript", &[Language::JavaScript]);
        const PYTHON: (&str, &[Language]) = ("plugins in Python", &[Language::Python]);
        const C: (&str, &[Language]) = ("plugins in C", &[Language::C]);
        const PYPI: (&str, &[Language]) =
            ("plugins in Python and C", &[Language::Python, Language::C]);
        let project = self.project.as_path();
        let programs = [
            ("cargo", RUST, program::cargo()),
            (
                "target wasm32-unknown-unknown",
                RUST,
                program::wasm_target(project),
            ),
            ("Node.js", JAVASCRIPT, program::node()),
            ("npm", JAVASCRIPT, program::npm()),
            ("jco", JAVASCRIPT, program::jco(project)),
            ("Python", PYPI, program::python()),
            ("componentize-py", PYTHON, program::componentize_py(project)),
            ("zig", C, program::zig(project)),
        ];
        let finding = |(what, (serves, languages), state): (_, (_, &[Language]), _)| Finding {
            what,
            serves,
            needed: language.is_some_and(|language| languages.contains(&language)),
            state,
        };
        programs.into_iter().map(finding).collect()
    }
}

/// What is good to have and nothing needs.
fn of_every_project() -> [Finding; 2] {
    let programs = [
        (
            "minisign",
            "verifying signatures without portcullis",
            program::minisign(),
        ),
        (
            "terraform or tofu",
            "planning with plugins",
            program::terraform(),
        ),
    ];
    programs.map(|(what, serves, state)| Finding {
        what,
        serves,
        needed: false,
        state,
    })
}

fn print(out: &mut dyn Write, findings: &[Finding], language: Option<Language>) -> io::Result<()> {
    let project = match language {
        Some(Language::Rust) => "a plugin in Rust",
        Some(Language::JavaScript) => "a plugin in JavaScript",
        Some(Language::Python) => "a plugin in Python",
        Some(Language::C) => "a plugin in C",
        None => "no plugin project",
    };
    writeln!(out, "Here is {project}\n")?;
    for one in findings {
        let (mark, found) = match &one.state {
            State::Fine { found } => ("ok     ", found),
            State::Missing { found, .. } if one.needed => ("MISSING", found),
            State::Missing { found, .. } => ("absent ", found),
        };
        writeln!(out, "{mark}  {:30} {found}", one.what)?;
        if let State::Missing { mend, .. } = &one.state {
            writeln!(out, "         {:30} mend: {mend}  (for {})", "", one.serves)?;
        }
    }
    Ok(())
}
