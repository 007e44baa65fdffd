//! A step of a path, in configuration.

use std::fmt;
use std::str::FromStr;

use portcullis_access::Step;
use portcullis_model::visible;

/// A step of a path, in configuration, as a diagnostic prints it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathStep(Step);

impl PathStep {
    /// The step.
    #[must_use]
    pub fn step(&self) -> &Step {
        &self.0
    }
}

impl FromStr for PathStep {
    type Err = NoPathStep;

    fn from_str(text: &str) -> Result<Self, NoPathStep> {
        let step = text.trim().parse().map(Self);
        step.map_err(|_: portcullis_access::NoStep| NoPathStep(visible(text, 200)))
    }
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is not one step of a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid step of a path\nFound `{0}`, which is not one step of a path: `<from> --<does>--> <to>`.\n\nCopy one step of the path that the diagnostic prints, with the names at both of its ends; a path of several steps needs a `mediation` for the one that is mediated.\n\ninvalid-step"
)]
pub struct NoPathStep(String);
