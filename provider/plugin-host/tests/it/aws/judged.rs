//! What the engine makes of the facts that the connector reads.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{
    Access, Facts, ListedEdge, ListedObject, ListedPermission, ListedSubject, Memberships,
    Platform, Separation, SourceFacts, Split, Through, separate,
};
use portcullis_plugin_host::{AccessFacts, Effect};

/// Whether a path leads from one subject to another, as the facts have it.
pub(super) fn crosses(facts: &AccessFacts, from: &str, to: &str) -> bool {
    let split = Split {
        workload: "production/fraud-scorer".to_owned(),
        deploy: BTreeSet::from([from.parse().unwrap()]),
        runtime: BTreeSet::from([to.parse().unwrap()]),
        through: Through::all(),
    };
    let (access, nothing) = (Access::derive(&[source(facts)]), Memberships::new());
    let verdict = separate(
        &split,
        Facts {
            configuration: &nothing,
            ledger: &nothing,
            access: &access,
            grants: &[],
            unread: &BTreeMap::new(),
        },
    );
    match verdict {
        Separation::Crossed(_) => true,
        Separation::Holds(_) => false,
        Separation::Undecided(missing) => panic!("{missing:?}"),
    }
}

/// The facts as the engine takes them. None of them ends.
pub(super) fn source(facts: &AccessFacts) -> SourceFacts {
    let permissions = facts.permissions.iter().map(|one| ListedPermission {
        subject: one.subject.clone(),
        operation: one.operation.clone(),
        object: one.object.clone(),
        effect: match one.effect {
            Effect::Allow => "allow".to_owned(),
            Effect::Deny => "deny".to_owned(),
        },
        condition: one.condition.clone(),
        source: one.source.clone(),
        expires_at: None,
    });
    let edges = facts.edges.iter().map(|one| ListedEdge {
        from: one.from.clone(),
        relation: one.relation.clone(),
        to: one.to.clone(),
        mode: "standing".to_owned(),
        condition: one.condition.clone(),
        source: one.source.clone(),
        expires_at: None,
    });
    let subjects = facts.subjects.iter().map(|one| ListedSubject {
        id: one.id.clone(),
        kind: one.kind.clone(),
        name: one.name.clone(),
        labels: one.labels.clone(),
    });
    let objects = facts.objects.iter().map(|one| ListedObject {
        id: one.id.clone(),
        kind: one.kind.clone(),
        name: one.name.clone(),
        labels: one.labels.clone(),
    });
    SourceFacts {
        source: "account".parse().unwrap(),
        platform: Platform::Aws,
        observed_at: "2026-11-24T00:00:00Z".parse().unwrap(),
        subjects: subjects.collect(),
        objects: objects.collect(),
        permissions: permissions.collect(),
        edges: edges.collect(),
    }
}
