//! Cuts of what amounts to a path only together, each tried on the facts.
//!
//! Without one of several facts another may do, and a group that does not hold everything any more leaves it to those of its
//! members that do. So what is left after a change is derived anew, and the next change is one that the shortest crossing
//! of that rests on.

use std::collections::{BTreeMap, BTreeSet};

use crate::cuts::words::change;
use crate::cuts::{CHANGES_MAX, Passage, SETS_MAX, Together, smallest};
use crate::derive::{Derivation, Record};
use crate::question::Question;
use crate::separation::Sides;
use crate::{Cuts, Facts, SourceFacts};

/// How often is tried what a set of changes leaves.
const TRIES_MAX: usize = 400;

/// A search for sets of changes.
struct Trial<'a> {
    question: &'a Question<'a>,
    told: &'a [SourceFacts],
    /// What is taken away by each change of facts, in words.
    records: BTreeMap<String, BTreeSet<Record>>,
    left: usize,
    sets: Vec<BTreeSet<String>>,
}

/// Every smallest set of up to three changes; `None` where there are too many facts, or sets, to try them.
pub(super) fn cuts(question: &Question<'_>) -> Option<Cuts> {
    let told = question.access.told.as_deref()?;
    let (access, numbered) = Derivation::of(told);
    let same = Facts {
        access: &access,
        ..question.facts
    };
    let again = Question::new(question.split, same);
    let mut records: BTreeMap<String, BTreeSet<Record>> = BTreeMap::new();
    for (fact, record) in (0..).zip(numbered) {
        if let Some(words) = change(fact, &again) {
            records.entry(words).or_default().insert(record);
        }
    }
    let mut trial = Trial {
        question,
        told,
        records,
        left: TRIES_MAX,
        sets: Vec::new(),
    };
    trial.search(&mut BTreeSet::new(), &mut BTreeSet::new())?;
    let sets = smallest(&trial.sets);
    Some(Cuts {
        sets: sets
            .into_iter()
            .map(|set| set.iter().cloned().collect())
            .collect(),
        is_complete: true,
    })
}

impl Trial<'_> {
    /// As [`Passage::search`], over what is derived anew.
    fn search(
        &mut self,
        chosen: &mut BTreeSet<String>,
        passed_over: &mut BTreeSet<String>,
    ) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        if self.sets.len() == SETS_MAX {
            return None;
        }
        let Some(changes) = self.crossing(chosen)? else {
            self.sets.push(chosen.clone());
            return Some(());
        };
        if chosen.len() == CHANGES_MAX {
            return Some(());
        }
        let mut tried = Vec::new();
        for change in changes {
            if passed_over.contains(&change) {
                continue;
            }
            chosen.insert(change.clone());
            self.search(chosen, passed_over)?;
            chosen.remove(&change);
            passed_over.insert(change.clone());
            tried.push(change);
        }
        for change in tried {
            passed_over.remove(&change);
        }
        Some(())
    }

    /// What the shortest crossing rests on that the changes leave; inside, `None` when they leave none.
    fn crossing(&self, chosen: &BTreeSet<String>) -> Option<Option<Vec<String>>> {
        let (access, _) = Derivation::of(&self.without(chosen));
        let facts = Facts {
            access: &access,
            ..self.question.facts
        };
        let question = Question::new(self.question.split, facts);
        let sides = Sides::of(&question);
        let crossing = sides.crossing(&question);
        let (mut passage, _) = Passage::of(&crossing, &sides, &question, Together::Each)?;
        let words = (0..).zip(&passage.changes);
        let removed = words.filter(|(_, words)| chosen.contains(*words));
        let removed: Vec<usize> = removed.map(|(change, _)| change).collect();
        let changes = passage.crossing(&removed)?;
        let words = |change: usize| passage.changes.get(change).cloned();
        Some(changes.map(|changes| changes.into_iter().filter_map(words).collect()))
    }

    /// What the sources say without what the changes take away.
    fn without(&self, chosen: &BTreeSet<String>) -> Vec<SourceFacts> {
        let taken = chosen.iter().filter_map(|words| self.records.get(words));
        let taken: BTreeSet<Record> = taken.flatten().copied().collect();
        let mut told = self.told.to_vec();
        for (source, facts) in (0..).zip(&mut told) {
            let mut position = 0..;
            facts.permissions.retain(|_| {
                let number = position.next().unwrap_or_default();
                !taken.contains(&Record::Permission(source, number))
            });
            let mut position = 0..;
            facts.edges.retain(|_| {
                let number = position.next().unwrap_or_default();
                !taken.contains(&Record::Edge(source, number))
            });
        }
        told
    }
}
