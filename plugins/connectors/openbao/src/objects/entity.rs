//! Entities of the server.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;
use portcullis_plugin::objects::Mark;
use serde::{Deserialize, Deserializer};

use super::compile;
use super::mark;
use crate::api::Api;

/// An entity, as far as it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Entity {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) metadata: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) policies: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) aliases: Vec<Alias>,
    #[serde(default)]
    pub(super) disabled: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Alias {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) mount_accessor: String,
    #[serde(default)]
    pub(super) mount_path: String,
}

/// The entity of an identity with its mark. One that is not ours, or not of that name, is not there for the host.
///
/// # Errors
/// When the server gives no answer.
pub(super) fn find(api: &Api<'_>, id: &str, name: &str) -> Result<Option<(Entity, Mark)>, Failure> {
    let Some(entity) = entity(api, id, name)? else {
        return Ok(None);
    };
    let mark = mark::of_metadata(&entity.metadata);
    let mark = mark.filter(|mark| name.is_empty() || mark.workload == name);
    Ok(mark.map(|mark| (entity, mark)))
}

/// The entity by its id, or else of a workload; whoever made it.
///
/// # Errors
/// When the server gives no answer.
pub(super) fn entity(api: &Api<'_>, id: &str, name: &str) -> Result<Option<Entity>, Failure> {
    let called = compile::name_of(name);
    let path = if id.is_empty() {
        ["identity", "entity", "name", &called]
    } else {
        ["identity", "entity", "id", id]
    };
    api.read(&api.namespace(), &path)
}

fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
