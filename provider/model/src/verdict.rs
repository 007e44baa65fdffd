//! Does it fit, is it separate: three answers, never two.

use crate::Reason;

/// The answer to a question about the world; what is not known is never a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict<W> {
    /// Yes, and this shows it.
    Fits(W),
    /// No, and this is the inequality that fails.
    Cannot(Reason),
    /// Neither could be shown: facts are stale or partial, or the search gave up.
    Unknown(Reason),
}

impl<W> Verdict<W> {
    /// The witness of a yes.
    #[must_use]
    pub fn witness(&self) -> Option<&W> {
        match self {
            Self::Fits(witness) => Some(witness),
            Self::Cannot(_) | Self::Unknown(_) => None,
        }
    }

    /// Why it is not a yes.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Fits(_) => None,
            Self::Cannot(reason) | Self::Unknown(reason) => Some(reason),
        }
    }
}
