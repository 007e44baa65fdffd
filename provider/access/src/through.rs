//! What a split looks through.

use std::collections::BTreeSet;

/// A class of paths that a split looks through; a class left out is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Through {
    /// Groups into groups, declared and live.
    Groups,
    /// One identity taking on another.
    RoleChaining,
    /// Deciding what code runs as an identity.
    PodIdentity,
    /// Changing who may take on an identity.
    TrustEdits,
    /// Reading credentials.
    Secrets,
    /// Granting permissions, and deciding who approves.
    Grants,
}

impl Through {
    /// Every class, in the order in which the type declares them.
    pub const ALL: &'static [Self] = &[
        Self::Groups,
        Self::RoleChaining,
        Self::PodIdentity,
        Self::TrustEdits,
        Self::Secrets,
        Self::Grants,
    ];

    /// Every class: what a split looks through unless it says otherwise.
    #[must_use]
    pub fn all() -> BTreeSet<Self> {
        Self::ALL.iter().copied().collect()
    }

    /// The word as HCL spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::RoleChaining => "role_chaining",
            Self::PodIdentity => "pod_identity",
            Self::TrustEdits => "trust_edits",
            Self::Secrets => "secrets",
            Self::Grants => "grants",
        }
    }
}
