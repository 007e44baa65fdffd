//! How one party can come to act as another.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{Name, Subject, Through};

use crate::holder::Search;
use crate::question::Question;
use crate::{Facts, Holder, Missing, Split};

/// The shortest path from one party to another, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Between {
    /// Which of the first party's subjects is nearest, and how it gets there; `None` when no path is known. A subject that
    /// is of both parties has a path without a step.
    pub holder: Option<Holder>,
    /// Why there may be a path that is not known.
    pub missing: Missing,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
}

impl Between {
    /// From any subject of `from` to any of `to`.
    #[must_use]
    pub fn of(
        from: &BTreeSet<Subject>,
        to: &BTreeSet<Subject>,
        through: &BTreeSet<Through>,
        facts: Facts<'_>,
    ) -> Self {
        let split = Split::asking(from, to, through);
        let question = Question::new(&split, facts);
        let search = Search::new(&question, &question.runtime);
        let nearest = question
            .deploy
            .iter()
            .filter_map(|&node| Some((search.distance(node)?, question.shown(node), node)))
            .min();
        Self {
            holder: nearest.map(|(_, _, node)| search.holder(node)),
            missing: search.missing(facts),
            sources: facts.access.sources(),
        }
    }
}
