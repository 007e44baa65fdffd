//! What kind of privilege a fact is.

/// What kind of privilege a fact gives; ordered, the longest lasting first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Mode {
    /// It is there until somebody takes it away.
    #[default]
    Standing,
    /// It is there while somebody else's session lasts.
    Borrowed,
    /// It is there while one job runs.
    JobScoped,
    /// It is there for an emergency.
    BreakGlass,
}

impl Mode {
    /// The mode that a connector names; an unknown word is taken for [`Mode::Standing`], which lasts longest.
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "borrowed" => Self::Borrowed,
            "job-scoped" => Self::JobScoped,
            "break-glass" => Self::BreakGlass,
            _ => Self::Standing,
        }
    }

    /// The word of the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Borrowed => "borrowed",
            Self::JobScoped => "job-scoped",
            Self::BreakGlass => "break-glass",
        }
    }
}
