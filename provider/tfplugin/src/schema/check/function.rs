//! What is wrong with a function signature.

use std::collections::BTreeSet;

use super::{Problem, is_identifier};
use crate::schema::Function;
use crate::value::Path;

impl Function {
    /// Everything wrong with the signature of function `name`.
    #[must_use]
    pub fn check(&self, name: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut found = |path: &Path, what: &str| {
            problems.push(Problem {
                subject: format!("function {name}"),
                path: path.clone(),
                what: what.to_owned(),
            });
        };
        let root = Path::root();
        if !is_identifier(name) {
            found(
                &root,
                "a name is lowercase letters, digits and underscores, and starts with no digit",
            );
        }
        if self.summary.is_empty() || self.description.is_empty() {
            found(&root, "a function has a summary and a description");
        }
        if self.deprecation.as_deref() == Some("") {
            found(&root, "a deprecation has to say what to use instead");
        }
        let mut seen = BTreeSet::new();
        for parameter in self.parameters.iter().chain(&self.variadic) {
            let path = root.attribute(&parameter.name);
            if !is_identifier(&parameter.name) {
                found(
                    &path,
                    "a name is lowercase letters, digits and underscores, and starts with no digit",
                );
            }
            if !seen.insert(&parameter.name) {
                found(&path, "the name stands twice here");
            }
            if parameter.description.is_empty() {
                found(&path, "a description is missing");
            }
        }
        problems
    }
}
