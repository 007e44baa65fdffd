//! What is known, and from where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use portcullis_model::{Name, Subject};

use crate::{Access, Granted};

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Declared in the configuration being planned.
    Configuration,
    /// Applied by some workspace, and recorded.
    Ledger,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "this configuration",
            Self::Ledger => "the ledger",
        })
    }
}

/// The direct members of each group, groups among them. A group's entry is complete: nobody else is in it.
pub type Memberships = BTreeMap<Subject, BTreeSet<Subject>>;

/// Everything known. Borrowed, so that judging one split of a thousand copies nothing.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Declared in the configuration being planned.
    pub configuration: &'a Memberships,
    /// Applied by some workspace, and recorded.
    pub ledger: &'a Memberships,
    /// What was granted by declaration and has not ended.
    pub grants: &'a [Granted],
    /// What connectors said, and what follows from it.
    pub access: &'a Access,
    /// Connectors that should have told who has access and did not, or not all of it, each with the reason.
    pub unread: &'a BTreeMap<Name, String>,
}

impl<'a> Facts<'a> {
    /// The members of `group` and who says so; `None` when nobody described it. What is being planned outranks the
    /// ledger, whose entry it will replace.
    #[must_use]
    pub fn members(&self, group: &Subject) -> Option<(&'a BTreeSet<Subject>, Source)> {
        let configured = self
            .configuration
            .get(group)
            .map(|members| (members, Source::Configuration));
        configured.or_else(|| {
            self.ledger
                .get(group)
                .map(|members| (members, Source::Ledger))
        })
    }
}
