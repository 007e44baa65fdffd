//! A clause of a split, and who holds it.

use serde::{Deserialize, Serialize};

use super::Term;

/// A clause of a split, and who holds it on one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// What a [`Term`] displays: `deploy may rollout`. The host knows by it that a clause which one platform cannot hold is held
    /// by another.
    pub clause: String,
    /// How well it is held.
    pub enforcement: Enforcement,
    /// The document that holds it, `Role infer/production.fraud.deploy`; empty when none does.
    pub by: String,
    /// Why it is held no better, or for whom it does not hold; empty when there is nothing to say.
    pub reason: String,
}

/// How well a clause is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Enforcement {
    /// The platform refuses what is against it.
    Enforced,
    /// The platform refuses it as long as somebody or something else does its part, which the reason names.
    Mediated,
    /// Nothing on this platform holds it; the reason says why.
    Advisory,
}

impl Clause {
    /// A clause that the platform holds. `but` says for whom it does not, or is empty.
    #[must_use]
    pub fn enforced(term: &Term<'_>, by: &str, but: impl Into<String>) -> Self {
        Self::held(term, Enforcement::Enforced, by, but)
    }

    /// A clause that holds as long as what `reason` names does its part.
    #[must_use]
    pub fn mediated(term: &Term<'_>, by: &str, reason: impl Into<String>) -> Self {
        Self::held(term, Enforcement::Mediated, by, reason)
    }

    /// A clause that nothing on this platform holds, and why.
    #[must_use]
    pub fn advisory(term: &Term<'_>, reason: impl Into<String>) -> Self {
        Self::held(term, Enforcement::Advisory, "", reason)
    }

    fn held(
        term: &Term<'_>,
        enforcement: Enforcement,
        by: &str,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            clause: term.to_string(),
            enforcement,
            by: by.to_owned(),
            reason: reason.into(),
        }
    }
}
