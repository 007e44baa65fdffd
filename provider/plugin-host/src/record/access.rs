//! Who may do what, as a connector reports it.

use serde::{Deserialize, Serialize};

use super::{labels, one_of, short};
use crate::bindings::access;

/// Everything that one source tells about access.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AccessFacts {
    /// Whose words the facts use, as the manifest says; empty when nobody's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// Those who may hold permissions.
    pub subjects: Vec<Subject>,
    /// What permissions are about.
    pub objects: Vec<Object>,
    /// Who may do what.
    pub permissions: Vec<Permission>,
    /// Who leads to whom.
    pub edges: Vec<Edge>,
    /// When the oldest page was read, in seconds since 1970-01-01T00:00:00Z; none without a page.
    pub observed_at: Option<u32>,
}

/// Somebody or something that may hold permissions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Subject {
    /// Unique in one listing.
    pub id: String,
    /// `human`, `group`, `ci`, `service-account`, `role`, `agent` or `other`.
    pub kind: String,
    /// As the platform shows it.
    pub name: String,
    /// Further facts by name, sorted.
    pub labels: Vec<(String, String)>,
}

/// Something that permissions are about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Object {
    /// Unique in one listing.
    pub id: String,
    /// The platform's own word.
    pub kind: String,
    /// As the platform shows it.
    pub name: String,
    /// Further facts by name, sorted.
    pub labels: Vec<(String, String)>,
}

/// A subject may, or may not, do an operation on an object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Permission {
    /// Id of a subject.
    pub subject: String,
    /// The platform's own word.
    pub operation: String,
    /// Id of an object, or a pattern in the platform's own notation.
    pub object: String,
    /// Whether it allows.
    pub effect: Effect,
    /// Condition in the platform's own notation; empty without one.
    pub condition: String,
    /// What grants it.
    pub source: String,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub expires_at: Option<u32>,
}

/// Whether a permission allows or denies. A word that the host does not know denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// One subject leads to another, or to an object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Edge {
    /// Id of a subject.
    pub from: String,
    /// The words that `sdk/wit/v0.1/guest.wit` documents; others are kept as they are.
    pub relation: String,
    /// Id of a subject or an object.
    pub to: String,
    /// How the edge came about.
    pub mode: Mode,
    /// Condition in the platform's own notation; empty without one.
    pub condition: String,
    /// What makes it.
    pub source: String,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub expires_at: Option<u32>,
}

/// How an edge came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is there until somebody removes it; also what an unknown word means.
    Standing,
    /// It ends with a job.
    JobScoped,
    /// Its holder acts for somebody else.
    Borrowed,
    /// It is there for emergencies.
    BreakGlass,
}

impl From<access::Subject> for Subject {
    fn from(subject: access::Subject) -> Self {
        let kinds = ["human", "group", "ci", "service-account", "role", "agent"];
        Self {
            id: short(subject.id),
            kind: one_of(subject.kind, &kinds, "other"),
            name: short(subject.name),
            labels: labels(subject.labels),
        }
    }
}

impl From<access::Object> for Object {
    fn from(object: access::Object) -> Self {
        Self {
            id: short(object.id),
            kind: short(object.kind),
            name: short(object.name),
            labels: labels(object.labels),
        }
    }
}

impl From<access::Permission> for Permission {
    fn from(permission: access::Permission) -> Self {
        Self {
            subject: short(permission.subject),
            operation: short(permission.operation),
            object: short(permission.object),
            effect: match permission.effect.as_str() {
                "allow" => Effect::Allow,
                _ => Effect::Deny,
            },
            condition: short(permission.condition),
            source: short(permission.source),
            expires_at: permission.expires_at,
        }
    }
}

impl From<access::Edge> for Edge {
    fn from(edge: access::Edge) -> Self {
        Self {
            from: short(edge.from),
            relation: short(edge.relation),
            to: short(edge.to),
            mode: match edge.mode.as_str() {
                "job-scoped" => Mode::JobScoped,
                "borrowed" => Mode::Borrowed,
                "break-glass" => Mode::BreakGlass,
                _ => Mode::Standing,
            },
            condition: short(edge.condition),
            source: short(edge.source),
            expires_at: edge.expires_at,
        }
    }
}
