//! Why the answer is not a plain yes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why the answer is not a plain yes: everything of a diagnostic that does not depend on where it
/// shows.
///
/// Displays as summary line, paragraph asked and found, paragraph remedy, code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Kebab case, stable, also the name of a page under docs.
    pub code: String,
    /// At most 60 characters, sentence case, no values, no full stop.
    pub summary: String,
    /// What was asked, as whole sentences with units.
    pub asked: String,
    /// What was found, as whole sentences with units, source and time.
    pub found: String,
    /// What to do, imperative, naming the attribute or command.
    pub remedy: String,
}

impl Reason {
    /// The detail of a diagnostic: everything but the summary.
    #[must_use]
    pub fn detail(&self) -> String {
        let facts = [self.asked.trim(), self.found.trim()]
            .into_iter()
            .filter(|part| !part.is_empty());
        let facts = facts.collect::<Vec<_>>().join(" ");
        let parts = [facts.as_str(), self.remedy.trim(), self.code.as_str()];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.summary, self.detail())
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_diagnostic() {
        let reason = Reason {
            code: "gpus-do-not-fit".into(),
            summary: "GPUs do not fit".into(),
            asked: "Asked for 8 GPUs.".into(),
            found: "Found 4.".into(),
            remedy: "Lower `replicas`.".into(),
        };
        assert_eq!(
            reason.to_string(),
            "GPUs do not fit\nAsked for 8 GPUs. Found 4.\n\nLower `replicas`.\n\ngpus-do-not-fit"
        );
    }
}
