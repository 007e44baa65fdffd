//! What one source says about access, as the plugin contract carries it.

use jiff::Timestamp;
use portcullis_model::Name;

use crate::Platform;

/// Everything that one source said, every page of it.
///
/// The texts are the connector's and are not trusted: any of them may name things that no other record lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFacts {
    /// The connector, as the configuration names it.
    pub source: Name,
    /// Whose rules apply.
    pub platform: Platform,
    /// When the source was read; of several pages, the first.
    pub observed_at: Timestamp,
    /// Those who may hold permissions.
    pub subjects: Vec<ListedSubject>,
    /// What permissions are about.
    pub objects: Vec<ListedObject>,
    /// Who may do what.
    pub permissions: Vec<ListedPermission>,
    /// Who leads to whom.
    pub edges: Vec<ListedEdge>,
}

/// Somebody or something that may hold permissions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedSubject {
    /// Unique in one source, `sa:infer/fraud-runtime` for example.
    pub id: String,
    /// `human`, `group`, `ci`, `service-account`, `role`, `agent` or `other`.
    pub kind: String,
    /// As the platform shows it.
    pub name: String,
    /// Further facts, by name.
    pub labels: Vec<(String, String)>,
}

/// Something that permissions are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedObject {
    /// Unique in one source, `secret:infer/fraud-key` for example.
    pub id: String,
    /// The platform's own word, or a kind of credential.
    pub kind: String,
    /// As the platform shows it.
    pub name: String,
    /// Further facts, by name.
    pub labels: Vec<(String, String)>,
}

/// A subject may do an operation on an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedPermission {
    /// Id of a subject.
    pub subject: String,
    /// The platform's own word, `create deployments.apps` for example.
    pub operation: String,
    /// Id of an object, or a pattern in the platform's notation.
    pub object: String,
    /// `allow`; every other word is a denial.
    pub effect: String,
    /// Condition in the platform's notation; empty without one.
    pub condition: String,
    /// What grants it, `Role infer/deployer` for example.
    pub source: String,
    /// When it ends; `None` when it does not.
    pub expires_at: Option<Timestamp>,
}

/// One subject leads to another, or to an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedEdge {
    /// Id of a subject.
    pub from: String,
    /// A word of [`crate::Relation`]; an unknown one is taken for `assumes`.
    pub relation: String,
    /// Id of a subject or an object.
    pub to: String,
    /// `standing`, `job-scoped`, `borrowed` or `break-glass`.
    pub mode: String,
    /// Condition in the platform's notation; empty without one.
    pub condition: String,
    /// What states it, `RoleBinding infer/deployers` for example.
    pub source: String,
    /// When it ends; `None` when it does not.
    pub expires_at: Option<Timestamp>,
}
