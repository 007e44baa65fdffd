//! What a problem does to a plan.

use std::fmt;
use std::str::FromStr;

use tfplugin::{Diagnostic, Severity};

/// Whether a problem refuses the plan or is only said; ordered, the strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum OnProblem {
    /// The plan is refused.
    #[default]
    Error,
    /// The plan goes on, with a warning.
    Warn,
}

impl OnProblem {
    /// A diagnostic of the severity that this asks for.
    #[must_use]
    pub fn diagnostic(self, summary: &str, detail: impl Into<String>) -> Diagnostic {
        let severity = match self {
            Self::Error => Severity::Error,
            Self::Warn => Severity::Warning,
        };
        Diagnostic {
            severity,
            ..Diagnostic::error(summary, detail)
        }
    }
}

impl fmt::Display for OnProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warn => "warn",
        })
    }
}

impl FromStr for OnProblem {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        match text {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            other => Err(UnknownPolicy(other.escape_debug().take(60).collect())),
        }
    }
}

/// A word that is neither `error` nor `warn`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid policy\nFound `{0}`, where `error` or `warn` is allowed.\n\nWrite `error` to refuse such a plan, or `warn` to let it go on with a warning.\n\ninvalid-policy"
)]
pub struct UnknownPolicy(String);

/// Whether a split is enforced, only said, or not judged at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// A crossing refuses the plan.
    #[default]
    Error,
    /// A crossing is said.
    Warn,
    /// Nobody asks. A plan says that nobody does.
    Off,
}

impl Strictness {
    /// What a crossing does to the plan; `None` when nobody asks for one.
    #[must_use]
    pub const fn on_crossing(self) -> Option<OnProblem> {
        match self {
            Self::Error => Some(OnProblem::Error),
            Self::Warn => Some(OnProblem::Warn),
            Self::Off => None,
        }
    }
}

impl fmt::Display for Strictness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Off => "off",
        })
    }
}

impl FromStr for Strictness {
    type Err = UnknownStrictness;

    fn from_str(text: &str) -> Result<Self, UnknownStrictness> {
        match text {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "off" => Ok(Self::Off),
            other => Err(UnknownStrictness(other.escape_debug().take(60).collect())),
        }
    }
}

/// A word that is none of `error`, `warn` and `off`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid policy\nFound `{0}`, where `error`, `warn` or `off` is allowed.\n\nWrite `error` to refuse such a plan, `warn` to let it go on with a warning, or `off` to have the two sides not judged.\n\ninvalid-policy"
)]
pub struct UnknownStrictness(String);
