//! Whose rules apply to a source's facts.

/// Whose rules apply to a source's facts: what one permission can be turned into differs by platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Kubernetes RBAC.
    Kubernetes,
    /// AWS IAM.
    Aws,
    /// `OpenBao` and Vault policies.
    Vault,
    /// Google Cloud IAM.
    Gcp,
    /// Azure RBAC and Entra ID.
    Azure,
    /// GitHub repositories and their workflows.
    Github,
    /// Directories and everything else: portcullis' own words for duties are understood, nothing is read into others.
    Other,
}

impl Platform {
    /// The platform that a connector's manifest names; a word of no known platform is [`Platform::Other`].
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "kubernetes" => Self::Kubernetes,
            "aws" => Self::Aws,
            "vault" | "openbao" => Self::Vault,
            "gcp" => Self::Gcp,
            "azure" => Self::Azure,
            "github" => Self::Github,
            _ => Self::Other,
        }
    }
}
