//! What is wrong with a directory file.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use portcullis_model::{ParseError, Reason, visible};

/// Longest text of the file that is repeated, in characters.
pub(crate) const SHOWN_CHARS: usize = 160;

/// Most headings that are repeated.
const HEADINGS_MAX: usize = 12;

/// What is wrong with a directory file, and where; displays as a whole diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryFault {
    path: PathBuf,
    /// From 1; `None` where the whole file is meant.
    line: Option<u64>,
    problem: Problem,
}

/// Where it is wrong, a line from 1, and how.
pub(crate) type Fault = (Option<u64>, Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Unreadable(ErrorKind),
    NotAFile,
    TooLarge {
        limit_mib: u64,
    },
    TooManyLines {
        limit: usize,
    },
    Format,
    NotUtf8,
    Syntax(String),
    Headings(Vec<String>),
    Noun {
        noun: &'static str,
        found: String,
        allowed: &'static str,
    },
    Value {
        found: String,
        allowed: &'static str,
    },
    /// What is missing, safe to print.
    Incomplete(String),
}

impl From<ParseError> for Problem {
    fn from(error: ParseError) -> Self {
        Self::Noun {
            noun: error.noun(),
            found: error.input().to_owned(),
            allowed: error.allowed(),
        }
    }
}

impl DirectoryFault {
    pub(crate) fn new(path: &Path, (line, problem): Fault) -> Self {
        Self {
            path: path.to_owned(),
            line,
            problem,
        }
    }

    /// The fault as a diagnostic.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let (code, summary) = self.problem.kind();
        let found = self.problem.found();
        // Where it is goes with what was found, which is all that a split repeats.
        let path = self.path.display().to_string().escape_debug().to_string();
        Reason {
            code: code.into(),
            summary: summary.into(),
            asked: format!("Read the directory file `{path}`."),
            found: match self.line {
                Some(line) => format!("Line {line}: {found}"),
                None => capitalized(found),
            },
            remedy: self.problem.remedy().to_owned(),
        }
    }
}

impl Problem {
    /// Code and summary.
    const fn kind(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unreadable(_) | Self::NotAFile | Self::Format => {
                ("directory-file-unreadable", "Directory file cannot be read")
            }
            Self::TooLarge { .. } | Self::TooManyLines { .. } => {
                ("directory-file-too-large", "Directory file is too large")
            }
            Self::Incomplete(_) => (
                "directory-file-incomplete",
                "Directory export is incomplete",
            ),
            Self::NotUtf8
            | Self::Syntax(_)
            | Self::Headings(_)
            | Self::Noun { .. }
            | Self::Value { .. } => ("directory-file-invalid", "Directory file has a mistake"),
        }
    }

    /// What was found, a sentence that may follow a colon.
    fn found(&self) -> String {
        let shown = |text: &str| visible(text, SHOWN_CHARS);
        match self {
            Self::Unreadable(ErrorKind::NotFound) => "there is no such file.".to_owned(),
            Self::Unreadable(kind) => format!("the system says: {kind}."),
            Self::NotAFile => "it is not a regular file.".to_owned(),
            Self::TooLarge { limit_mib } => format!("it has more than {limit_mib} MiB."),
            Self::TooManyLines { limit } => {
                format!("it has more than {limit} memberships and owners.")
            }
            Self::Format => "its name ends neither in `.csv` nor in `.json`.".to_owned(),
            Self::NotUtf8 => "the next byte is not UTF-8.".to_owned(),
            Self::Syntax(message) => format!("found: {}.", shown(message)),
            Self::Headings(headings) => {
                let headings = headings.iter().take(HEADINGS_MAX);
                let headings: Vec<String> = headings
                    .map(|heading| format!("`{}`", shown(heading)))
                    .collect();
                format!("found the headings {}.", headings.join(", "))
            }
            Self::Noun {
                noun,
                found,
                allowed,
            } => format!(
                "found `{}`, which is not a valid {noun}. Allowed: {allowed}.",
                shown(found)
            ),
            Self::Value { found, allowed } => {
                format!("found `{}`. Allowed: {allowed}.", shown(found))
            }
            Self::Incomplete(found) => format!("{found}."),
        }
    }

    const fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable(ErrorKind::NotFound) => {
                "Correct the path. A relative path starts at the directory in which Terraform runs."
            }
            Self::Unreadable(_) => "Let this user read the file.",
            Self::NotAFile => "Name a regular file.",
            Self::TooLarge { .. } | Self::TooManyLines { .. } => {
                "Split the directory over several connectors."
            }
            Self::Format => "Name the file by its format; a SCIM export is JSON.",
            Self::NotUtf8 => "Save the file as UTF-8 text.",
            Self::Headings(_) => {
                "Head the columns `group` and `member`, and `until` where memberships end; or `subject` and `owner`."
            }
            Self::Syntax(_) | Self::Noun { .. } | Self::Value { .. } => {
                "Correct the file at that place; until then nothing of it is used, because who is left out would count as \
                 separate."
            }
            Self::Incomplete(_) => {
                "Export every page of `/Users` and of `/Groups` into the file; part of a directory would pass for all of it."
            }
        }
    }
}

fn capitalized(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

impl fmt::Display for DirectoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl std::error::Error for DirectoryFault {}
