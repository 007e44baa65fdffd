//! One breach of the contract, and what the practitioner reads about it.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::value::{Path, Value};

use super::shown::shown;

/// An answer that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule.
    pub rule: Rule,
    /// Where in the answer.
    pub path: Path,
    /// What the rule asks for there. Sensitive values are never spelled out.
    pub expected: String,
    /// What the answer holds there.
    pub found: String,
    /// Whether the two texts above spell out values.
    pub(super) spells_values: bool,
}

impl Breach {
    /// A breach that can be told without spelling out any value.
    pub(super) fn new(
        rule: Rule,
        path: &Path,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            path: path.clone(),
            expected: expected.into(),
            found: found.into(),
            spells_values: false,
        }
    }

    /// `found` stands where something else should.
    pub(super) fn value(
        rule: Rule,
        path: &Path,
        expected: impl Into<String>,
        found: &Value,
    ) -> Self {
        Self {
            spells_values: true,
            ..Self::new(rule, path, expected, shown(found))
        }
    }

    /// A value stands where another should.
    pub(super) fn values(rule: Rule, path: &Path, expected: &Value, found: &Value) -> Self {
        Self::value(rule, path, shown(expected), found)
    }
}

/// Most breaches that one diagnostic spells out.
const SPELLED_OUT: usize = 8;

/// One error that tells of all `breaches` in an answer about `subject`; none where there are none.
pub(super) fn diagnostic(subject: &str, breaches: &[Breach]) -> Option<Diagnostic> {
    let first = breaches.first()?;
    let mut lines: Vec<_> = breaches.iter().take(SPELLED_OUT).map(line).collect();
    if breaches.len() > SPELLED_OUT {
        lines.push(format!("  and {} more", breaches.len() - SPELLED_OUT));
    }
    let detail = format!(
        "The provider's own check stopped an answer about `{subject}` that Terraform would not accept:\n{}\n\n\
         Your configuration is not the cause. Report this message to the authors of the provider; until they have \
         mended it, go back to the version that worked.\n\nprovider-contract-breach",
        lines.join("\n")
    );
    let diagnostic = Diagnostic::error("The provider broke its contract with Terraform", detail);
    Some(diagnostic.at(first.path.clone()))
}

fn line(breach: &Breach) -> String {
    let (rule, text) = (breach.rule, breach.rule.text());
    let (expected, found) = (&breach.expected, &breach.found);
    let place = match breach.path.steps() {
        [] => String::new(),
        _ => format!(" at `{}`", breach.path),
    };
    format!("  {rule}{place} ({text}): expected {expected}, found {found}")
}
