//! A clause of a split, and who holds it.

use serde::Serialize;

/// A clause of a split, and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Clause {
    /// `deploy may rollout`
    pub(super) clause: String,
    pub(super) enforcement: Enforcement,
    /// What holds it, `Role infer/production.fraud.deploy`; empty when nothing does.
    pub(super) by: String,
    /// Why it is no more than that, or for whom it does not hold; empty when there is nothing to say.
    pub(super) reason: String,
}

/// How well a clause is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Enforcement {
    /// The server refuses what is against it.
    Enforced,
    /// Nothing on this cluster does.
    Advisory,
}

impl Clause {
    pub(super) fn enforced(clause: String, by: &str, reason: String) -> Self {
        Self {
            clause,
            enforcement: Enforcement::Enforced,
            by: by.to_owned(),
            reason,
        }
    }

    pub(super) fn advisory(clause: String, reason: impl Into<String>) -> Self {
        Self {
            clause,
            enforcement: Enforcement::Advisory,
            by: String::new(),
            reason: reason.into(),
        }
    }
}
