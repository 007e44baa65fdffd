//! Objects that a connector keeps on its platform.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{TEXT_BYTES, short};
use crate::bindings::imports::types;
use crate::bindings::objects;
use crate::json;
use crate::text::visible;

/// Bytes of an id or a revision, which go back to the guest as they came.
const ID_BYTES: usize = 1024;

/// An object as the platform has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Managed {
    /// `identity`, `grant` or `pool`.
    pub kind: String,
    /// The platform's own id.
    pub id: String,
    /// The name that the configuration gave.
    pub name: String,
    /// An object.
    pub attributes: Value,
    /// Changes with every change; empty when the platform has none.
    pub revision: String,
}

/// What the configuration asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Desired {
    /// `identity`, `grant` or `pool`.
    pub kind: String,
    /// The name that the configuration gives.
    pub name: String,
    /// An object.
    pub attributes: Value,
}

/// What `apply` will do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// `identity`, `grant` or `pool`.
    pub kind: String,
    /// The name that the configuration gave.
    pub name: String,
    /// Attributes after the change; what only the platform decides is null.
    pub attributes: Value,
    /// Paths in `attributes` that only the platform decides.
    pub unknown: Vec<String>,
    /// Paths in `attributes` because of which the object must be replaced.
    pub replaced_by: Vec<String>,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing.
    None,
    /// There is no such object yet.
    Create,
    /// It is changed where it is.
    Update,
    /// It is deleted and created again; also what an unknown word means, since that is the gravest.
    Replace,
}

/// Marks one change, so that it happens once and never late.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Stamp {
    /// The same for every try of one change and for no other change.
    pub token: String,
    /// Rises with every change of one object.
    pub fence: u32,
}

impl Action {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
        }
    }
}

impl Managed {
    /// Reads what a guest gave. The error is a clause.
    pub(crate) fn of_guest(object: objects::Managed) -> Result<Self, String> {
        Ok(Self {
            kind: short(object.kind),
            id: opaque("id", object.id)?,
            name: short(object.name),
            attributes: json::object("attributes", &object.attributes)?,
            revision: opaque("revision", object.revision)?,
        })
    }

    pub(crate) fn to_guest(&self) -> objects::Managed {
        objects::Managed {
            kind: self.kind.clone(),
            id: self.id.clone(),
            name: self.name.clone(),
            attributes: self.attributes.to_string(),
            revision: self.revision.clone(),
        }
    }
}

impl Desired {
    pub(crate) fn to_guest(&self) -> objects::Desired {
        objects::Desired {
            kind: self.kind.clone(),
            name: self.name.clone(),
            attributes: self.attributes.to_string(),
        }
    }
}

impl Change {
    /// Reads what a guest gave. The error is a clause.
    pub(crate) fn of_guest(change: objects::Change) -> Result<Self, String> {
        let paths = |paths: Vec<String>| paths.into_iter().map(short).collect();
        Ok(Self {
            action: match change.action.as_str() {
                "none" => Action::None,
                "create" => Action::Create,
                "update" => Action::Update,
                _ => Action::Replace,
            },
            kind: short(change.kind),
            name: short(change.name),
            attributes: json::object("attributes", &change.attributes)?,
            unknown: paths(change.unknown),
            replaced_by: paths(change.replaced_by),
        })
    }

    pub(crate) fn to_guest(&self) -> objects::Change {
        objects::Change {
            action: self.action.as_str().to_owned(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            attributes: self.attributes.to_string(),
            unknown: self.unknown.clone(),
            replaced_by: self.replaced_by.clone(),
        }
    }
}

impl Stamp {
    pub(crate) fn to_guest(&self) -> types::Stamp {
        types::Stamp {
            token: self.token.clone(),
            fence: self.fence,
        }
    }
}

/// A text that goes back to the guest unchanged, and therefore is refused where it could not be shown unchanged.
pub(crate) fn opaque(name: &str, text: String) -> Result<String, String> {
    if text.len() > ID_BYTES {
        return Err(format!(
            "its `{name}` has {} bytes, at most {ID_BYTES} are taken",
            text.len()
        ));
    }
    if visible(&text, TEXT_BYTES) != text {
        return Err(format!(
            "its `{name}` holds characters that cannot be shown"
        ));
    }
    Ok(text)
}
