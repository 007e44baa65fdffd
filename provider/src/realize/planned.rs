//! What planning chose to do on one platform.

use portcullis_model::Name;
use portcullis_plugin_host::{Change, Managed, Stamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tfplugin::Schema as _;

use super::facts::PlannedFacts;
use super::realization::{Realization, documents};
use crate::configured::Configured;

/// What planning chose to do on one platform; kept in private state until apply of the same run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedObject {
    /// The connector.
    pub connector: String,
    /// What was there.
    pub prior: Option<Managed>,
    /// What will be done.
    pub change: Change,
    /// The same for every try of this change and for no other change.
    pub token: String,
}

impl PlannedObject {
    pub(super) fn new(
        connector: &Name,
        prior: Option<Managed>,
        change: Change,
        provider: &Configured,
    ) -> Self {
        Self {
            connector: connector.to_string(),
            token: token(connector.as_str(), &change.kind, &change.name, provider),
            prior,
            change,
        }
    }

    /// Whether the state says of the object what its platform says now.
    pub(super) fn is_told(&self, state: Option<&Realization>) -> bool {
        match (&self.prior, state) {
            (Some(prior), Some(state)) => Realization::of(prior).means(state),
            (prior, state) => prior.is_none() && state.is_none(),
        }
    }

    pub(super) fn stamp(&self, incarnation: u64) -> Stamp {
        stamp(self.token.clone(), incarnation)
    }

    /// What it will mean to whoever asks who may do what; `None` where the connector does not say.
    pub(crate) fn facts(&self) -> Option<PlannedFacts> {
        PlannedFacts::of(self.change.attributes.get("facts")?)
    }

    /// What the connector wrote for it and is about to write, such as `Role infer/production.fraud-scorer.deploy`.
    pub(crate) fn documents(&self) -> Vec<String> {
        let before = self.prior.as_ref().map(|prior| &prior.attributes);
        let both = before.into_iter().chain([&self.change.attributes]);
        both.flat_map(documents).collect()
    }

    /// The account by which the platform will know the object, as far as its connector can say before it is made.
    pub(crate) fn account(&self) -> Option<&str> {
        self.change.attributes.get("account")?.as_str()
    }
}

/// The ledger's incarnation as the fence: whoever took the record over has a higher one.
pub(super) fn stamp(token: String, incarnation: u64) -> Stamp {
    Stamp {
        token,
        fence: u32::try_from(incarnation).unwrap_or(u32::MAX),
    }
}

/// A text that this process gives to this change alone.
pub(super) fn token(connector: &str, kind: &str, name: &str, provider: &Configured) -> String {
    let now = provider.clock.now().as_nanosecond();
    let all = format!("{now} {} {connector} {kind} {name}", std::process::id());
    let digest = Sha256::digest(all);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
