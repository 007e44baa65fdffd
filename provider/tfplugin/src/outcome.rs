//! How a check or an operation ends: done, deferred because something is unknown, or failed with diagnostics.

use crate::{Diagnostic, Diagnostics, Path};

/// Why an operation ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It needs a value that is not known yet. Never an error and never a silent yes: the same check runs again when
    /// the value is known.
    Deferred,
    /// It failed, and this is what the practitioner reads.
    Failed(Diagnostics),
}

/// The result of a check or an operation; `?` on an unknown field defers it.
pub type Outcome<T = ()> = Result<T, Stop>;

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Failed(diagnostic.into())
    }
}

impl From<Diagnostics> for Stop {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Failed(diagnostics)
    }
}

/// Collects what one request has to say to the practitioner, without ending it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    diagnostics: Diagnostics,
}

impl Report {
    /// Nothing said yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one diagnostic and goes on.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds an error about the value at `path` and goes on.
    pub fn error(&mut self, path: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::error(summary, detail).at(path));
    }

    /// Adds a warning about the value at `path` and goes on.
    pub fn warning(&mut self, path: Path, summary: impl Into<String>, detail: impl Into<String>) {
        self.push(Diagnostic::warning(summary, detail).at(path));
    }

    /// Takes over how one check of several ended: a failure is reported, a deferred check is left for later. Returns
    /// what the check found, when it could be made.
    pub fn absorb<T>(&mut self, outcome: Outcome<T>) -> Option<T> {
        match outcome {
            Ok(found) => Some(found),
            Err(Stop::Deferred) => None,
            Err(Stop::Failed(diagnostics)) => {
                self.diagnostics.extend(diagnostics);
                None
            }
        }
    }

    /// Whether an error was reported.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.has_errors()
    }

    /// What was reported so far.
    #[must_use]
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// What was reported, to be sent.
    #[must_use]
    pub fn into_diagnostics(self) -> Diagnostics {
        self.diagnostics
    }
}

impl Extend<Diagnostic> for Report {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.diagnostics.extend(diagnostics);
    }
}
