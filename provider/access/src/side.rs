//! Everybody on one side of a split.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use portcullis_model::Subject;

use crate::Facts;

/// Everybody on one side, each with the group through which it got there.
#[derive(Debug, Default)]
pub(crate) struct Side {
    /// Subject to the group that brought it in; `None` for those declared by name.
    through: BTreeMap<Subject, Option<Subject>>,
    /// Groups on this side that no fact describes.
    pub(crate) undescribed: BTreeSet<Subject>,
}

impl Side {
    /// Follows groups from the declared subjects, breadth first, so that every path is a shortest one.
    pub(crate) fn reach(declared: &BTreeSet<Subject>, facts: Facts<'_>) -> Self {
        let mut side = Self::default();
        let mut queue = VecDeque::new();
        for subject in declared {
            side.through.insert(subject.clone(), None);
            queue.push_back(subject.clone());
        }
        while let Some(group) = queue.pop_front() {
            if !matches!(group, Subject::Group(_)) {
                continue;
            }
            let Some((members, _)) = facts.members(&group) else {
                side.undescribed.insert(group);
                continue;
            };
            for member in members {
                if !side.through.contains_key(member) {
                    side.through.insert(member.clone(), Some(group.clone()));
                    queue.push_back(member.clone());
                }
            }
        }
        side
    }

    /// Everybody on this side, in order.
    pub(crate) fn subjects(&self) -> impl ExactSizeIterator<Item = &Subject> {
        self.through.keys()
    }

    /// The member of this side that is `subject` or stands for it: a pipeline named without a selector stands for
    /// every run of its project.
    pub(crate) fn holding<'a>(&'a self, subject: &Subject) -> Option<&'a Subject> {
        let exact = self.through.get_key_value(subject).map(|(held, _)| held);
        exact.or_else(|| {
            let Subject::Ci {
                system,
                project,
                selector: Some(_),
            } = subject
            else {
                return None;
            };
            let any_run = Subject::Ci {
                system: system.clone(),
                project: project.clone(),
                selector: None,
            };
            self.through.get_key_value(&any_run).map(|(held, _)| held)
        })
    }

    /// The path from `subject` up to the declared subject that brought it in, both included. Starts with `subject`
    /// itself even where only the pipeline that stands for it is on this side; empty when neither is.
    pub(crate) fn path(&self, subject: &Subject) -> Vec<Subject> {
        let mut path = Vec::new();
        let mut next = self.holding(subject);
        if next.is_some_and(|held| held != subject) {
            path.push(subject.clone());
        }
        while let Some(here) = next {
            path.push(here.clone());
            next = self.through.get(here).and_then(Option::as_ref);
        }
        path
    }
}
