//! What every object has.

use std::collections::BTreeMap;

use prost::Message;
use serde::{Deserialize, Deserializer};

/// `metadata` of an object, as far as it is read.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) name: String,
    /// Empty for objects of the cluster.
    #[serde(default)]
    pub(crate) namespace: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) annotations: BTreeMap<String, String>,
}

/// `metadata` of an object of which only the name matters. There are many of these, and labels take most of the time.
#[derive(Deserialize, Message)]
pub(crate) struct Name {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    /// Empty for objects of the cluster.
    #[prost(string, tag = "3")]
    #[serde(default)]
    pub(crate) namespace: String,
}

impl Name {
    /// `<namespace>/<name>`
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

impl Metadata {
    /// `<namespace>/<name>`
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// An object of which nothing but its metadata is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) metadata: Metadata,
}

/// Reads `null`, which a server writes for a list or a table without members, as one without members.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
