//! Facts and questions, as the tests write them.
#![allow(dead_code, unreachable_pub, reason = "each test uses some of it")]

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{
    Access, Crossing, Facts, ListedEdge, ListedObject, ListedPermission, ListedSubject,
    Memberships, Platform, Separation, SourceFacts, Split, Through, separate,
};
use portcullis_model::{Name, Subject, Verdict};

/// One source, to be filled in.
pub fn source(name: &str, platform: Platform) -> SourceFacts {
    SourceFacts {
        source: name.parse().unwrap(),
        platform,
        observed_at: "2026-11-23T08:00:00Z".parse().unwrap(),
        subjects: Vec::new(),
        objects: Vec::new(),
        permissions: Vec::new(),
        edges: Vec::new(),
    }
}

/// The same, filled in a line at a time.
pub trait Says: Sized {
    /// A subject of a kind.
    fn lists(self, id: &str, kind: &str) -> Self;
    /// A subject with a label.
    fn labels(self, id: &str, label: &str, value: &str) -> Self;
    /// An object with a label.
    fn object(self, id: &str, kind: &str, label: &str, value: &str) -> Self;
    /// A subject may do an operation on an object.
    fn allows(self, subject: &str, operation: &str, object: &str, source: &str) -> Self;
    /// A subject may not.
    fn denies(self, subject: &str, operation: &str, object: &str, source: &str) -> Self;
    /// A subject leads to another.
    fn edge(self, from: &str, relation: &str, to: &str, source: &str) -> Self;
}

impl Says for SourceFacts {
    fn lists(mut self, id: &str, kind: &str) -> Self {
        self.subjects.push(ListedSubject {
            id: id.to_owned(),
            kind: kind.to_owned(),
            name: id.to_owned(),
            labels: Vec::new(),
        });
        self
    }

    fn labels(mut self, id: &str, label: &str, value: &str) -> Self {
        self.subjects.push(ListedSubject {
            id: id.to_owned(),
            labels: vec![(label.to_owned(), value.to_owned())],
            ..ListedSubject::default()
        });
        self
    }

    fn object(mut self, id: &str, kind: &str, label: &str, value: &str) -> Self {
        self.objects.push(ListedObject {
            id: id.to_owned(),
            kind: kind.to_owned(),
            name: id.to_owned(),
            labels: vec![(label.to_owned(), value.to_owned())],
        });
        self
    }

    fn allows(mut self, subject: &str, operation: &str, object: &str, source: &str) -> Self {
        self.permissions
            .push(permission(subject, operation, object, "allow", source));
        self
    }

    fn denies(mut self, subject: &str, operation: &str, object: &str, source: &str) -> Self {
        self.permissions
            .push(permission(subject, operation, object, "deny", source));
        self
    }

    fn edge(mut self, from: &str, relation: &str, to: &str, source: &str) -> Self {
        self.edges.push(ListedEdge {
            from: from.to_owned(),
            relation: relation.to_owned(),
            to: to.to_owned(),
            mode: "standing".to_owned(),
            source: source.to_owned(),
            ..ListedEdge::default()
        });
        self
    }
}

fn permission(
    subject: &str,
    operation: &str,
    object: &str,
    effect: &str,
    source: &str,
) -> ListedPermission {
    ListedPermission {
        subject: subject.to_owned(),
        operation: operation.to_owned(),
        object: object.to_owned(),
        effect: effect.to_owned(),
        source: source.to_owned(),
        ..ListedPermission::default()
    }
}

pub fn subjects(names: &[&str]) -> BTreeSet<Subject> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub fn split(deploy: &[&str], runtime: &[&str]) -> Split {
    Split {
        workload: "production/fraud-scorer".to_owned(),
        deploy: subjects(deploy),
        runtime: subjects(runtime),
        through: Through::all(),
    }
}

/// What is said of a split when nothing is declared beside it.
pub fn judge(split: &Split, sources: &[SourceFacts]) -> Separation {
    judge_with(split, sources, &Memberships::new(), &BTreeMap::new())
}

pub fn judge_with(
    split: &Split,
    sources: &[SourceFacts],
    configuration: &Memberships,
    unread: &BTreeMap<Name, String>,
) -> Separation {
    separate(
        split,
        Facts {
            configuration,
            ledger: &Memberships::new(),
            grants: &[],
            access: &Access::derive(sources),
            unread,
        },
    )
}

/// The crossing that there must be.
pub fn crossing(split: &Split, sources: &[SourceFacts]) -> Crossing {
    match judge(split, sources) {
        Separation::Crossed(crossing) => *crossing,
        other => panic!("no crossing: {other:?}"),
    }
}

pub fn crosses(split: &Split, sources: &[SourceFacts]) -> bool {
    matches!(judge(split, sources), Separation::Crossed(_))
}

/// The whole diagnostic, or the proof.
pub fn said(split: &Split, sources: &[SourceFacts]) -> String {
    match judge(split, sources).into_verdict(&split.workload) {
        Verdict::Fits(proof) => format!("{proof:?}"),
        Verdict::Cannot(reason) | Verdict::Unknown(reason) => reason.to_string(),
    }
}
