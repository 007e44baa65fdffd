//! What the exit status says.

use std::process::ExitCode;

/// How a verb ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: everything asked holds.
    Pass,
    /// 3: something could not be decided, or was read too long ago.
    Unknown,
    /// 2: something asked does not hold.
    Violation,
    /// 1: the question could not be answered at all.
    Error,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Pass => 0,
            Exit::Error => 1,
            Exit::Violation => 2,
            Exit::Unknown => 3,
        })
    }
}
