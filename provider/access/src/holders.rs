//! Who can come to act as somebody.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{Name, Subject, Through};

use crate::holder::Search;
use crate::question::Question;
use crate::{Facts, Holder, Missing, Split};

/// Everybody who can come to act as a subject, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    /// One entry a holder, the nearest first.
    pub holders: Vec<Holder>,
    /// Why there may be more of them.
    pub missing: Missing,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
}

impl Holders {
    /// Everybody who can come to act as one of `subjects`, they themselves left out.
    #[must_use]
    pub fn of(subjects: &BTreeSet<Subject>, through: &BTreeSet<Through>, facts: Facts<'_>) -> Self {
        let split = Split::asking(&BTreeSet::new(), subjects, through);
        let question = Question::new(&split, facts);
        let search = Search::new(&question, &question.runtime);
        Self {
            holders: search.holders(),
            missing: search.missing(facts),
            sources: facts.access.sources(),
        }
    }
}
