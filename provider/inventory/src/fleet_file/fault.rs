//! What is wrong with a fleet file.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use portcullis_model::{ParseError, Reason};

use super::place::Place;

/// What is wrong with a fleet file, and where; displays as a whole diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetFileFault {
    path: PathBuf,
    place: Option<Place>,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Unreadable(ErrorKind),
    NotAFile,
    TooLarge {
        limit_mib: u64,
    },
    Format,
    NotUtf8,
    Syntax(String),
    NoColumn {
        heading: String,
        headings: Vec<String>,
    },
    Value {
        found: String,
        allowed: String,
    },
    TooManyDevices {
        limit: usize,
    },
}

impl Problem {
    /// What was found, as a part of a sentence.
    pub(super) fn found(&self) -> String {
        match self {
            Self::Value { found, .. } => found.clone(),
            Self::Syntax(message) => message.clone(),
            _ => "a mistake".to_owned(),
        }
    }
}

impl From<ParseError> for Problem {
    fn from(error: ParseError) -> Self {
        let found = format!("`{}` is not a valid {}", error.input(), error.noun());
        Self::Value {
            found,
            allowed: error.allowed().to_owned(),
        }
    }
}

impl FleetFileFault {
    pub(super) fn new(path: &Path, place: Option<Place>, problem: Problem) -> Self {
        Self {
            path: path.to_owned(),
            place,
            problem,
        }
    }

    /// The fault as a diagnostic.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let (code, summary, found, remedy) = self.words();
        let place = self
            .place
            .as_ref()
            .map(|place| format!(", {place}"))
            .unwrap_or_default();
        let path = self.path.display().to_string().escape_debug().to_string();
        Reason {
            code: code.into(),
            summary: summary.into(),
            asked: format!("Read the fleet file `{path}`{place}."),
            found,
            remedy,
        }
    }

    fn words(&self) -> (&'static str, &'static str, String, String) {
        let invalid =
            |summary, found: String, remedy: String| ("fleet-file-invalid", summary, found, remedy);
        match &self.problem {
            Problem::Unreadable(kind) => (
                "fleet-file-unreadable",
                "Fleet file cannot be read",
                match kind {
                    std::io::ErrorKind::NotFound => "There is no such file.".into(),
                    kind => format!("The system says: {kind}."),
                },
                "Correct the path, or let this user read the file. A relative path starts at the directory \
                 in which Terraform runs."
                    .into(),
            ),
            Problem::NotAFile => (
                "fleet-file-unreadable",
                "Fleet file cannot be read",
                "It is not a regular file.".into(),
                "Name a regular file.".into(),
            ),
            Problem::TooLarge { limit_mib } => (
                "fleet-file-too-large",
                "Fleet file is too large",
                format!("It has more than {limit_mib} MiB."),
                "Split the fleet over several connectors.".into(),
            ),
            Problem::Format => (
                "fleet-file-format",
                "Fleet file has an unknown format",
                "Its name ends neither in `.csv` nor in `.toml` nor in `.json`.".into(),
                "Name the file by its format.".into(),
            ),
            Problem::NotUtf8 => invalid(
                "Fleet file is not text",
                "The next byte is not UTF-8.".into(),
                "Save the file as UTF-8 text.".into(),
            ),
            Problem::Syntax(message) => invalid(
                "Fleet file has a mistake",
                format!("Found: {}.", printable(message)),
                "Correct the file at that place.".into(),
            ),
            Problem::NoColumn { heading, headings } => (
                "fleet-file-column-missing",
                "Fleet file lacks a column",
                format!("No column is headed `{}`; found {}.", printable(heading), listed(headings)),
                "Name the file's own headings in the connector's `columns`.".into(),
            ),
            Problem::Value { found, allowed } => invalid(
                "Fleet file has a wrong value",
                sentence(format!("{found}. Allowed: {allowed}.")),
                "Correct the file at that place.".into(),
            ),
            Problem::TooManyDevices { limit } => (
                "fleet-file-too-large",
                "Fleet file lists too many GPUs",
                format!("It lists more than {limit} GPUs."),
                "Correct the counts, or split the fleet over several connectors.".into(),
            ),
        }
    }
}

/// A text from the file, or from a parser that quotes it, on one line and without control
/// characters.
pub(super) fn printable(text: &str) -> String {
    const SHOWN_CHARS: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let escape = |c: char| {
        if c == '\'' || c == '"' {
            c.to_string()
        } else {
            c.escape_debug().to_string()
        }
    };
    let mut shown: String = line.chars().take(SHOWN_CHARS).map(escape).collect();
    if line.chars().count() > SHOWN_CHARS {
        shown.push_str("...");
    }
    shown
}

fn sentence(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn listed(headings: &[String]) -> String {
    let mut shown: Vec<String> = headings
        .iter()
        .take(12)
        .map(|heading| format!("`{}`", printable(heading)))
        .collect();
    if headings.len() > 12 {
        shown.push(format!("{} more", headings.len() - 12));
    }
    shown.join(", ")
}

impl fmt::Display for FleetFileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl std::error::Error for FleetFileFault {}
