//! What a clause of a split says.

use std::fmt;

/// What a clause of a split says, whoever holds it. Displays as every connector writes it in [`Clause`](super::Clause).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term<'s> {
    /// `deploy may rollout`: whoever ships the workload may do this.
    DeployMay(&'s str),
    /// `deploy stays out of runtime`: whoever ships the workload does not come to act as it.
    DeployStaysOut,
    /// `runtime use scoring-h200`: the workload may use GPUs of the pool.
    Use(&'s str),
    /// `runtime read vault:secret/models/fraud`: the workload may read the object.
    Read(&'s str),
    /// `runtime call service:ledger-api`: the workload may call the service.
    Call(&'s str),
    /// `runtime act as group:ml-oncall`: this subject may act as the workload beside itself.
    ActAs(&'s str),
}

impl fmt::Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeployMay(verb) => write!(f, "deploy may {verb}"),
            Self::DeployStaysOut => f.write_str("deploy stays out of runtime"),
            Self::Use(pool) => write!(f, "runtime use {pool}"),
            Self::Read(object) => write!(f, "runtime read {object}"),
            Self::Call(object) => write!(f, "runtime call {object}"),
            Self::ActAs(subject) => write!(f, "runtime act as {subject}"),
        }
    }
}
