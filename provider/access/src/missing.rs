//! What keeps a split from being proved, in words.

use portcullis_model::{Reason, visible};

use crate::Missing;

/// Longest reason of a connector that is repeated, in characters.
const SHOWN_CHARS: usize = 300;

impl Missing {
    /// The same, for the practitioner who declared the split of `workload`.
    pub(crate) fn reason(&self, workload: &str) -> Reason {
        let mut found = Vec::new();
        let mut remedies = Vec::new();
        if !self.groups.is_empty() {
            let names: Vec<String> = self
                .groups
                .iter()
                .map(|group| format!("`{group}`"))
                .collect();
            found.push(format!(
                "neither this configuration, as far as it is planned, nor the ledger says who is in {}",
                names.join(", ")
            ));
            remedies.push(
                "Declare the members with a `portcullis_group` and refer to it by its `id`, so that \
                 Terraform plans it first",
            );
        }
        for (source, why) in &self.sources {
            let why = visible(why, SHOWN_CHARS);
            found.push(format!("the connector `{source}` did not tell all: {why}"));
        }
        if !self.sources.is_empty() {
            remedies.push("Mend what keeps the connector from answering, and plan again");
        }
        Reason {
            code: "separation-unknown".to_owned(),
            summary: "Separation cannot be decided".to_owned(),
            asked: asked(workload),
            found: format!("Nobody known does, but {}.", found.join("; ")),
            remedy: format!(
                "{}; or set `on_unknown = \"warn\"` in `separation` to go on without proof.",
                remedies.join(". ")
            ),
        }
    }
}

/// What a split asks.
pub(crate) fn asked(workload: &str) -> String {
    format!(
        "The permission split of `{workload}` asks that no subject both deploys it and acts as it."
    )
}
