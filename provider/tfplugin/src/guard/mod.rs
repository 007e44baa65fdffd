//! The contract between a provider and Terraform core, checked on the provider's own answers.
//!
//! Core checks most of these rules too, but it tells the practitioner about "a bug in the provider" after the fact. The
//! guard finds a breach before the answer leaves, says which rule it breaks and blames the provider by name. It is on in
//! debug builds and in tests, and can be switched on anywhere.

mod apply;
mod breach;
mod compatible;
mod data_source;
mod equal;
mod identity;
mod nested;
mod plan;
mod read;
mod replan;
mod rule;
mod secret;
mod shown;
mod validate;
mod write_only;

pub use apply::Apply;
pub use breach::Breach;
pub use data_source::DataSource;
pub use plan::Plan;
pub use read::Read;
pub use replan::Replan;
pub use rule::Rule;
pub use validate::Validate;

use crate::diagnostic::Diagnostic;
use crate::schema::ProviderSchema;

/// Whether answers are checked before they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    on: bool,
}

/// On in debug builds, where a little time matters less than a breach found early.
impl Default for Guard {
    fn default() -> Self {
        Self {
            on: cfg!(debug_assertions),
        }
    }
}

impl Guard {
    /// Checks, or does not, whatever the build.
    #[must_use]
    pub fn switched(on: bool) -> Self {
        Self { on }
    }

    /// Runs `check` when on; what it finds becomes one error about the provider, never about the configuration.
    ///
    /// `subject` is the type name of what the answer is about, such as `portcullis_gpu_pool`.
    pub fn check(self, subject: &str, check: impl FnOnce() -> Vec<Breach>) -> Option<Diagnostic> {
        if !self.on {
            return None;
        }
        breach::diagnostic(subject, &check())
    }
}

/// Rule 15: what is wrong with the schemas themselves.
#[must_use]
pub fn schemas(schemas: &ProviderSchema) -> Vec<Breach> {
    let problems = schemas.check().into_iter();
    problems
        .map(|problem| {
            let expected = format!("a valid schema of {}", problem.subject);
            Breach::new(Rule::Schema, &problem.path, expected, problem.what)
        })
        .collect()
}
