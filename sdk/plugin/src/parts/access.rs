//! Who may do what.

use crate::{AccessPage, Connector, Edge, Failure, Object, Permission, Subject};

/// Tells who may do what on a platform.
///
/// ```
/// use portcullis_plugin::{Access, AccessPage, Connector, Failure, Manifest, NoConfig, Object, Permission, Subject};
///
/// struct Desk;
///
/// impl Connector for Desk {
///     const MANIFEST: Manifest = Manifest::connector("desk", "1.0.0", "Who has a key to the lab");
///     type Config = NoConfig;
/// }
///
/// impl Access for Desk {
///     fn list_access(_: &NoConfig, _: Option<&str>) -> Result<AccessPage, Failure> {
///         Ok(AccessPage {
///             subjects: vec![Subject::new("user:ana", "human")],
///             objects: vec![Object::new("door:lab", "door")],
///             permissions: vec![Permission::allow("user:ana", "open", "door:lab")],
///             ..AccessPage::empty(portcullis_plugin::now())
///         })
///     }
/// }
///
/// portcullis_plugin::export_connector!(Desk: Access);
/// ```
pub trait Access: Connector {
    /// Gives one page of facts; `cursor` is what the page before gave as `next`. Facts may name subjects and objects of
    /// other pages.
    ///
    /// # Errors
    /// When the source cannot be read. An empty page says that it was read and has none.
    fn list_access(config: &Self::Config, cursor: Option<&str>) -> Result<AccessPage, Failure>;
}

impl AccessPage {
    /// The only page, without a fact yet, of a source that was read at that time.
    #[must_use]
    pub fn empty(observed_at: u32) -> Self {
        Self {
            subjects: Vec::new(),
            objects: Vec::new(),
            permissions: Vec::new(),
            edges: Vec::new(),
            observed_at,
            next: None,
        }
    }
}

impl Subject {
    /// A subject that the platform shows by its id. `kind` is `human`, `group`, `ci`, `service-account`, `role`,
    /// `agent` or `other`.
    #[must_use]
    pub fn new(id: &str, kind: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            name: id.to_owned(),
            labels: Vec::new(),
        }
    }
}

impl Object {
    /// An object that the platform shows by its id.
    #[must_use]
    pub fn new(id: &str, kind: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            name: id.to_owned(),
            labels: Vec::new(),
        }
    }
}

impl Permission {
    /// The subject may do the operation on the object, for ever and without a condition.
    #[must_use]
    pub fn allow(subject: &str, operation: &str, object: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            operation: operation.to_owned(),
            object: object.to_owned(),
            effect: "allow".to_owned(),
            condition: String::new(),
            source: String::new(),
            expires_at: None,
        }
    }
}

impl Edge {
    /// One subject leads to another, or to an object, for ever and without a condition. `relation` is `member_of`,
    /// `assumes`, `acts_as_via_compute`, `can_grant`, `edits_trust`, `reads_secret_of`, `controls_owner_of` or `runs_as`.
    ///
    /// ```
    /// let edge = portcullis_plugin::Edge::new("user:ana", "member_of", "group:ml-release");
    /// assert_eq!(edge.mode, "standing");
    /// ```
    #[must_use]
    pub fn new(from: &str, relation: &str, to: &str) -> Self {
        Self {
            from: from.to_owned(),
            relation: relation.to_owned(),
            to: to.to_owned(),
            mode: "standing".to_owned(),
            condition: String::new(),
            source: String::new(),
            expires_at: None,
        }
    }
}
