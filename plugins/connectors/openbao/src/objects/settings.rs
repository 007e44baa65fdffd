//! What the configuration says of an identity on this server.

use std::collections::BTreeSet;

use portcullis_plugin::Failure;
use serde::Deserialize;

/// The policy that nobody is given.
const ROOT: &str = "root";

/// `settings` of an identity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) role: String,
    /// Where the JWT method is mounted.
    #[serde(default = "jwt")]
    pub(super) auth_mount: String,
    pub(super) bound_subject: String,
    /// The audiences of the declaration where it has none.
    #[serde(default)]
    pub(super) bound_audiences: BTreeSet<String>,
    /// Existing policies that it has beside that of its split.
    #[serde(default)]
    pub(super) policies: BTreeSet<String>,
}

fn jwt() -> String {
    "jwt".to_owned()
}

impl Settings {
    /// # Errors
    /// When a name is none, the subject would let anybody in, or the policies everything.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let wrong = |attribute: &str, why: &str| {
            Failure::config(format!("`{attribute}` in `settings` {why}."))
        };
        let is_name = |text: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !text.is_empty() && text.chars().all(known) && text.chars().any(|c| c != '.')
        };
        if !is_name(&self.role) {
            return Err(
                wrong("role", "is no name of letters, digits, `-`, `_` and `.`")
                    .remedy("Name the role as the server shall."),
            );
        }
        let mut segments = self.auth_mount.trim_matches('/').split('/');
        if !segments.all(is_name) {
            return Err(
                wrong("auth_mount", "is no path of a method").remedy("Write `jwt`, for example.")
            );
        }
        if self.bound_subject.trim().is_empty() {
            return Err(wrong("bound_subject", "is empty, and would let anybody in")
                .remedy("Write `system:serviceaccount:<namespace>:<name>`, for example."));
        }
        if self.policies.contains(ROOT) {
            return Err(wrong("policies", "has `root`, which allows everything")
                .remedy("Name policies that allow what the workload needs."));
        }
        Ok(())
    }
}
