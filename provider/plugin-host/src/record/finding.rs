//! What a check has to say about one attribute.

use serde::Serialize;

use crate::bindings::evaluation;
use crate::text::visible;

/// What a check has to say about one attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// Stable name of the rule.
    pub code: String,
    /// Address of the resource as the plan document wrote it.
    pub address: String,
    /// Path of the attribute; empty for the whole resource.
    pub attribute: String,
    /// One phrase.
    pub summary: String,
    /// What was asked and found.
    pub detail: String,
    /// What to do.
    pub remedy: String,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information.
    Info,
    /// Should be read.
    Warning,
    /// Should stop the plan.
    Error,
}

impl Finding {
    /// The guest's finding, cut so that all its texts together stay near `max_bytes`.
    pub(crate) fn of_guest(finding: &evaluation::Finding, max_bytes: usize) -> Self {
        let short = |text: &str| visible(text, max_bytes / 8);
        Self {
            severity: match finding.severity.as_str() {
                "warning" => Severity::Warning,
                "info" => Severity::Info,
                _ => Severity::Error,
            },
            code: short(&finding.code),
            address: short(&finding.address),
            attribute: short(&finding.attribute),
            summary: short(&finding.summary),
            detail: visible(&finding.detail, max_bytes / 4),
            remedy: visible(&finding.remedy, max_bytes / 4),
        }
    }

    /// Stands for findings that were not kept. Dropped errors stay an error.
    pub(crate) fn dropped(plugin: &str, kept: usize, dropped: &[evaluation::Finding]) -> Self {
        let severity = |finding| Self::of_guest(finding, 0).severity;
        Self {
            severity: dropped
                .iter()
                .map(severity)
                .max()
                .unwrap_or(Severity::Warning),
            code: "plugin-findings-dropped".to_owned(),
            address: String::new(),
            attribute: String::new(),
            summary: "Check has more findings than are shown".to_owned(),
            detail: format!(
                "Check `{plugin}` gave {} findings, {kept} are shown.",
                kept + dropped.len()
            ),
            remedy: "Correct what is shown and run the plan again.".to_owned(),
        }
    }
}
