//! A workload's identity as the host desires it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::settings;
use crate::Failure;

/// A workload's identity: what an object of kind `identity` is desired to be. `S` is `settings`, the connector's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity<S> {
    /// `spiffe://acme.example/production/fraud-scorer`
    pub spiffe_id: String,
    /// Who answers for it, `team:risk-ml`.
    pub owner: String,
    /// `serving`, `training`, `batch`, `agent` or `support`.
    pub class: String,
    /// What it is for, where the declaration says so.
    pub purpose: Option<String>,
    /// Longest life of one credential, in seconds; `None` when nothing is declared.
    pub max_ttl_seconds: Option<u64>,
    /// Services that may accept its tokens.
    pub audiences: Vec<String>,
    /// When it ends, in seconds since 1970-01-01T00:00:00Z; `None` when it does not.
    pub expires_at: Option<u64>,
    /// The connector's own words.
    pub settings: S,
}

/// An identity without the connector's own words.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Bare {
    spiffe_id: String,
    owner: String,
    class: String,
    purpose: Option<String>,
    max_ttl_seconds: Option<u64>,
    audiences: Vec<String>,
    expires_at: Option<u64>,
}

impl<S: DeserializeOwned> Identity<S> {
    /// Reads the identity of a workload from what was [`declared`](super::declared). `hint` says how `settings` are written.
    ///
    /// # Errors
    /// Of kind `config`, naming what is wrong, when `settings` do not have the shape of `S`; of kind `malformed` when anything
    /// else is not as sdk/objects.md has it.
    pub fn parse(
        workload: &str,
        declared: &Map<String, Value>,
        hint: &str,
    ) -> Result<Self, Failure> {
        let settings = settings(&format!("identity `{workload}`"), declared, hint)?;
        let bare: Bare = serde_json::from_value(Value::Object(declared.clone()))?;
        Ok(Self {
            spiffe_id: bare.spiffe_id,
            owner: bare.owner,
            class: bare.class,
            purpose: bare.purpose,
            max_ttl_seconds: bare.max_ttl_seconds,
            audiences: bare.audiences,
            expires_at: bare.expires_at,
            settings,
        })
    }
}
