//! How one subject leads to another.

use crate::Through;

/// How one subject leads to another: whoever is at the start can come to hold what the end holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Is in a group, or is bound to a role.
    MemberOf,
    /// Takes on the identity: role assumption, web identity, token request, impersonation.
    Assumes,
    /// Decides what code runs as the identity.
    ActsAsViaCompute,
    /// Grants itself what it likes.
    CanGrant,
    /// Changes who may take on the identity.
    EditsTrust,
    /// Reads a credential of the identity.
    ReadsSecretOf,
    /// Decides who owns or approves for it.
    ControlsOwnerOf,
    /// A workload runs as the identity.
    RunsAs,
}

impl Relation {
    /// The relation that a connector names. An unknown word is taken for [`Relation::Assumes`]: a new kind of path is a
    /// path all the same.
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "member_of" => Self::MemberOf,
            "acts_as_via_compute" => Self::ActsAsViaCompute,
            "can_grant" => Self::CanGrant,
            "edits_trust" => Self::EditsTrust,
            "reads_secret_of" => Self::ReadsSecretOf,
            "controls_owner_of" => Self::ControlsOwnerOf,
            "runs_as" => Self::RunsAs,
            _ => Self::Assumes,
        }
    }

    /// The word of a witness.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MemberOf => "member of",
            Self::Assumes => "assumes",
            Self::ActsAsViaCompute => "decides what runs as",
            Self::CanGrant => "can grant itself",
            Self::EditsTrust => "edits the trust of",
            Self::ReadsSecretOf => "reads a secret of",
            Self::ControlsOwnerOf => "controls the owner of",
            Self::RunsAs => "runs as",
        }
    }

    /// What a split must look through to see the relation.
    pub(crate) const fn through(self) -> Through {
        match self {
            Self::MemberOf => Through::Groups,
            Self::Assumes => Through::RoleChaining,
            Self::ActsAsViaCompute | Self::RunsAs => Through::PodIdentity,
            Self::EditsTrust => Through::TrustEdits,
            Self::ReadsSecretOf => Through::Secrets,
            Self::CanGrant | Self::ControlsOwnerOf => Through::Grants,
        }
    }

    /// Whether it is authority that a subject has at any time, without first changing anything.
    pub(crate) const fn is_standing(self) -> bool {
        matches!(self, Self::MemberOf | Self::Assumes | Self::RunsAs)
    }
}
