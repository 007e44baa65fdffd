//! What somebody was granted by declaration, until a time.

use std::collections::BTreeSet;

use jiff::Timestamp;
use portcullis_model::Subject;

use crate::{Relation, Source};

/// A declared grant that leads from its subject to identities, until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// How the declaration is known, `user:bo swap_model workload:production/fraud-scorer` for example.
    pub name: String,
    /// Who was granted it.
    pub subject: Subject,
    /// How it leads to the identities.
    pub relation: Relation,
    /// The identities.
    pub to: BTreeSet<Subject>,
    /// When it ends. Whoever asks gives only grants that have not.
    pub until: Timestamp,
    /// Who says so.
    pub source: Source,
}
