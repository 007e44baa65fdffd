//! From a finding to a diagnostic.

use portcullis_plugin_host::{Finding, Severity};
use tfplugin::{Diagnostic, Path, Step};

use super::ConfiguredCheck;
use crate::policy::OnProblem;

/// The finding as a diagnostic: at its attribute when it is about the resource being planned, else naming the other
/// resource. A check can only be made milder by its policy, not stricter.
pub(super) fn diagnostic(check: &ConfiguredCheck, finding: &Finding, here: bool) -> Diagnostic {
    let policy = match finding.severity {
        Severity::Error => check.on_finding,
        Severity::Warning | Severity::Info => OnProblem::Warn,
    };
    let about = if here || finding.address.is_empty() {
        String::new()
    } else {
        format!("About `{}`, which is in the same plan. ", finding.address)
    };
    let detail = format!(
        "{about}{} (check `{}`)\n\n{}\n\n{}",
        finding.detail, check.label, finding.remedy, finding.code
    );
    let path = if here {
        path(&finding.attribute)
    } else {
        Path::root()
    };
    policy.diagnostic(&finding.summary, detail).at(path)
}

/// The path that a plan document writes as `gpu.replicas` or `use.0.pool`.
fn path(text: &str) -> Path {
    let steps = text.split('.').filter(|step| !step.is_empty());
    steps
        .map(|step| match step.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Attribute(step.to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn paths_are_read_as_documents_write_them() {
        assert_eq!(path("gpu.replicas").to_string(), "gpu.replicas");
        assert_eq!(
            path("runtime.use.0.pool").to_string(),
            "runtime.use[0].pool"
        );
        assert_eq!(path("").to_string(), "");
    }
}
