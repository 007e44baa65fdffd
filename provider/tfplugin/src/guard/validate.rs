//! Rule 16: validation accepts what is not known yet.

use super::{Breach, Rule};
use crate::diagnostic::{Diagnostics, Severity};
use crate::value::Value;

/// The diagnostics of a validation and what was validated.
#[derive(Debug, Clone, Copy)]
pub struct Validate<'a> {
    /// The configuration.
    pub config: &'a Value,
    /// The answer.
    pub diagnostics: &'a Diagnostics,
}

impl Validate<'_> {
    /// Every error about a value that is itself unknown: nobody can say yet that it is wrong.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let errors = self
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error);
        let refused = errors.filter(|error| {
            let value = self.config.get(&error.path);
            value.is_some_and(|value| value.bare().is_unknown())
        });
        refused
            .map(|error| {
                let found = format!("the error `{}`", error.summary);
                Breach::new(
                    Rule::Unknowns,
                    &error.path,
                    "no error about an unknown value",
                    found,
                )
            })
            .collect()
    }
}
