//! What a directory says, whatever it was written in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_access::{ListedEdge, ListedSubject, Platform, SourceFacts};
use portcullis_model::Name;

use crate::fault::Problem;

/// Most memberships and owners of one file.
const LINES_MAX: usize = 2_000_000;

/// Groups with all their members, and who answers for whom.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    groups: BTreeMap<String, Vec<Member>>,
    owners: Vec<(String, String)>,
    lines: usize,
}

/// Somebody in a group.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) subject: String,
    /// What says so, `people.csv line 4` for example.
    pub(crate) source: String,
    /// When the membership ends; `None` when it does not.
    pub(crate) until: Option<Timestamp>,
}

impl Directory {
    /// Takes note that there is such a group, whether or not anybody is in it.
    pub(crate) fn group(&mut self, group: &str) {
        if !self.groups.contains_key(group) {
            self.groups.insert(group.to_owned(), Vec::new());
        }
    }

    /// Puts somebody into a group.
    ///
    /// # Errors
    /// When the file says more than anybody has.
    pub(crate) fn member(&mut self, group: &str, member: Member) -> Result<(), Problem> {
        self.count()?;
        self.group(group);
        if let Some(members) = self.groups.get_mut(group) {
            members.push(member);
        }
        Ok(())
    }

    /// Says who answers for somebody.
    ///
    /// # Errors
    /// When the file says more than anybody has.
    pub(crate) fn owner(&mut self, subject: String, owner: String) -> Result<(), Problem> {
        self.count()?;
        self.owners.push((subject, owner));
        Ok(())
    }

    fn count(&mut self) -> Result<(), Problem> {
        self.lines += 1;
        if self.lines > LINES_MAX {
            return Err(Problem::TooManyLines { limit: LINES_MAX });
        }
        Ok(())
    }

    /// The facts, as a connector would tell them.
    pub(crate) fn facts(self, source: Name, observed_at: Timestamp) -> SourceFacts {
        let mut subjects: BTreeMap<String, ListedSubject> = BTreeMap::new();
        let mut edges = Vec::new();
        for (group, members) in self.groups {
            for Member {
                subject,
                source,
                until,
            } in members
            {
                listed(&mut subjects, &subject);
                edges.push(ListedEdge {
                    from: subject,
                    relation: "member_of".to_owned(),
                    to: group.clone(),
                    mode: "standing".to_owned(),
                    condition: String::new(),
                    source,
                    expires_at: until,
                });
            }
            listed(&mut subjects, &group).kind = "group".to_owned();
        }
        // A group that is only somebody's member, or has an owner and no more, is not described by that: listed as a
        // group it would pass for an empty one.
        for (subject, owner) in self.owners {
            let label = ("owner".to_owned(), owner);
            listed(&mut subjects, &subject).labels.push(label);
        }
        SourceFacts {
            source,
            platform: Platform::Other,
            observed_at,
            subjects: subjects.into_values().collect(),
            objects: Vec::new(),
            permissions: Vec::new(),
            edges,
        }
    }
}

fn listed<'a>(
    subjects: &'a mut BTreeMap<String, ListedSubject>,
    id: &str,
) -> &'a mut ListedSubject {
    subjects
        .entry(id.to_owned())
        .or_insert_with(|| ListedSubject {
            id: id.to_owned(),
            kind: kind(id).to_owned(),
            name: id.split_once(':').map_or(id, |(_, name)| name).to_owned(),
            labels: Vec::new(),
        })
}

fn kind(id: &str) -> &'static str {
    match id.split_once(':') {
        Some(("user", _)) => "human",
        Some(("ci", _)) => "ci",
        Some(("sa", _)) => "service-account",
        Some(("role", _)) => "role",
        _ => "other",
    }
}
