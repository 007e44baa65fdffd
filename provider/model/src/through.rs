//! What a split looks through.

use std::collections::BTreeSet;

closed_set! {
    /// A class of paths that a split looks through; a class left out is not followed.
    pub enum Through, "class of paths", "invalid-through",
        "`groups`, `role_chaining`, `pod_identity`, `trust_edits`, `secrets` or `grants`" {
        /// Groups into groups, declared and live.
        Groups = "groups",
        /// One identity taking on another.
        RoleChaining = "role_chaining",
        /// Deciding what code runs as an identity.
        PodIdentity = "pod_identity",
        /// Changing who may take on an identity.
        TrustEdits = "trust_edits",
        /// Reading credentials.
        Secrets = "secrets",
        /// Granting permissions, and deciding who approves.
        Grants = "grants",
    }
}

impl Through {
    /// Every class: what a split looks through unless it says otherwise.
    #[must_use]
    pub fn all() -> BTreeSet<Self> {
        Self::ALL.iter().copied().collect()
    }
}
