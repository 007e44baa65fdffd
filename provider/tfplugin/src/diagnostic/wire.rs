//! Diagnostics as protocol messages.

use super::{Diagnostic, Diagnostics, Severity};
use crate::proto;
use crate::value::Path;

impl From<&Diagnostic> for proto::Diagnostic {
    fn from(diagnostic: &Diagnostic) -> Self {
        let severity = match diagnostic.severity {
            Severity::Error => proto::diagnostic::Severity::Error,
            Severity::Warning => proto::diagnostic::Severity::Warning,
        };
        let at_root = diagnostic.path.steps().is_empty();
        Self {
            severity: severity.into(),
            summary: diagnostic.summary.clone(),
            detail: diagnostic.detail.clone(),
            attribute: (!at_root).then(|| (&diagnostic.path).into()),
        }
    }
}

/// A severity that says nothing is read as an error, so that nothing grave passes unseen.
impl From<&proto::Diagnostic> for Diagnostic {
    fn from(message: &proto::Diagnostic) -> Self {
        let severity = match message.severity() {
            proto::diagnostic::Severity::Warning => Severity::Warning,
            proto::diagnostic::Severity::Error | proto::diagnostic::Severity::Invalid => {
                Severity::Error
            }
        };
        Self {
            severity,
            summary: message.summary.clone(),
            detail: message.detail.clone(),
            path: message
                .attribute
                .as_ref()
                .map(Path::from)
                .unwrap_or_default(),
        }
    }
}

impl From<&Diagnostics> for Vec<proto::Diagnostic> {
    fn from(diagnostics: &Diagnostics) -> Self {
        diagnostics.iter().map(Into::into).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_survive_the_wire() {
        let path = Path::root().attribute("gpu").index(0);
        let there = [
            Diagnostic::error("No such model", "Asked for `H999`.").at(path),
            Diagnostic::warning("Stale inventory", "Observed an hour ago."),
        ];
        for diagnostic in there {
            let message = proto::Diagnostic::from(&diagnostic);
            assert_eq!(message.attribute.is_none(), diagnostic.path == Path::root());
            assert_eq!(Diagnostic::from(&message), diagnostic);
        }
    }
}
