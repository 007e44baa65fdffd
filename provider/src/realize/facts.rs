//! What planned objects will mean to whoever asks who may do what.

use portcullis_access::{ListedEdge, ListedPermission, ListedSubject, SourceFacts};
use serde::Deserialize;
use serde_json::Value as Json;

/// Facts about access that a connector says will be true, in the words of its part `access`.
#[derive(Debug, Deserialize)]
pub(crate) struct PlannedFacts {
    #[serde(default)]
    subjects: Vec<Subject>,
    #[serde(default)]
    permissions: Vec<Permission>,
    #[serde(default)]
    edges: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Subject {
    id: String,
    kind: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Permission {
    subject: String,
    operation: String,
    object: String,
    source: String,
}

#[derive(Debug, Deserialize)]
struct Edge {
    from: String,
    relation: String,
    to: String,
    source: String,
}

impl PlannedFacts {
    /// Reads them; `None` for what is none, so that what is there now is judged in its place.
    pub(super) fn of(facts: &Json) -> Option<Self> {
        Self::deserialize(facts).ok()
    }

    /// Adds them to what the connector told.
    pub(crate) fn add_to(self, facts: &mut SourceFacts) {
        let known = |facts: &SourceFacts, id: &str| facts.subjects.iter().any(|one| one.id == id);
        for one in self.subjects {
            if !known(facts, &one.id) {
                facts.subjects.push(ListedSubject {
                    id: one.id,
                    kind: one.kind,
                    name: one.name,
                    labels: Vec::new(),
                });
            }
        }
        facts
            .permissions
            .extend(self.permissions.into_iter().map(|one| ListedPermission {
                subject: one.subject,
                operation: one.operation,
                object: one.object,
                effect: "allow".to_owned(),
                source: one.source,
                ..ListedPermission::default()
            }));
        facts
            .edges
            .extend(self.edges.into_iter().map(|one| ListedEdge {
                from: one.from,
                relation: one.relation,
                to: one.to,
                mode: "standing".to_owned(),
                source: one.source,
                ..ListedEdge::default()
            }));
    }
}
