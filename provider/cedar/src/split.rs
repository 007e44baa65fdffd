//! A split, by the names that it has in configuration.

use std::collections::BTreeSet;

use crate::clause::Clause;
use crate::{policies, schema};

/// A split, by the names that it has in configuration. Any text is a name: what Cedar would read as more is escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// `production/fraud-scorer`
    pub workload: String,
    /// Who ships it.
    pub deploy: BTreeSet<String>,
    /// What they may do: `rollout`.
    pub may: BTreeSet<String>,
    /// Who is the workload: its SPIFFE ID and its accounts.
    pub identities: BTreeSet<String>,
    /// Who may act as it beside itself.
    pub acting: BTreeSet<String>,
    /// What it may do to what: `("read", "vault:secret/models/fraud")`.
    pub permissions: BTreeSet<(String, String)>,
}

/// A split in Cedar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cedar {
    /// The policies, in Cedar's own notation.
    pub policies: String,
    /// The schema that they are valid by, in Cedar's own notation.
    pub schema: String,
    /// Who holds each clause of the split, each once.
    pub clauses: Vec<Clause>,
}

impl Split {
    /// The split in Cedar. The same split is always the same text.
    #[must_use]
    pub fn cedar(&self) -> Cedar {
        Cedar {
            policies: policies::written(self),
            schema: schema::written(self),
            clauses: Clause::all(self),
        }
    }

    /// Everybody on the runtime side.
    pub(crate) fn runtime(&self) -> BTreeSet<&str> {
        let side = self.identities.iter().chain(&self.acting);
        side.map(String::as_str).collect()
    }
}
