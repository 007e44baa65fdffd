//! From what our crates say to what Terraform shows.

use std::fmt::Display;

use tfplugin::Diagnostic;

/// The diagnostic of an error whose first line is the summary and the rest the detail, as all our crates write them.
pub(crate) fn said(error: impl Display) -> Diagnostic {
    let text = error.to_string();
    let (summary, detail) = text.split_once('\n').unwrap_or((&text, ""));
    Diagnostic::error(summary, detail.trim_start_matches('\n'))
}
