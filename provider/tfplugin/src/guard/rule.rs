//! The rules of the contract.

use std::fmt;

/// A rule that answers of a provider keep. The numbers are those of the design page and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// R1
    PlanExists = 1,
    /// R2
    Configured = 2,
    /// R3
    OnlyComputed = 3,
    /// R4
    WriteOnly = 4,
    /// R5
    Blocks = 5,
    /// R6
    NestedAttributes = 6,
    /// R7
    ReplacePaths = 7,
    /// R8
    NotLegacy = 8,
    /// R9
    SecondPlan = 9,
    /// R10
    Applied = 10,
    /// R11
    Read = 11,
    /// R12
    FailedApply = 12,
    /// R13
    Identity = 13,
    /// R14
    DataSource = 14,
    /// R15
    Schema = 15,
    /// R16
    Unknowns = 16,
}

impl Rule {
    /// Every rule, in order.
    pub const ALL: [Self; 16] = [
        Self::PlanExists,
        Self::Configured,
        Self::OnlyComputed,
        Self::WriteOnly,
        Self::Blocks,
        Self::NestedAttributes,
        Self::ReplacePaths,
        Self::NotLegacy,
        Self::SecondPlan,
        Self::Applied,
        Self::Read,
        Self::FailedApply,
        Self::Identity,
        Self::DataSource,
        Self::Schema,
        Self::Unknowns,
    ];

    /// What the rule asks, in one clause.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::PlanExists => "something is planned exactly when something is configured",
            Self::Configured => "a configured value is planned as configured, or as it was",
            Self::OnlyComputed => "a provider fills in only computed attributes",
            Self::WriteOnly => "a write-only value is never planned or stored",
            Self::Blocks => "nested blocks are planned as many and under the names configured",
            Self::NestedAttributes => "nested objects are planned as many as configured",
            Self::ReplacePaths => "a path that forces replacement leads to a value",
            Self::NotLegacy => "no answer asks for the leniency of old providers",
            Self::SecondPlan => "the plan at apply keeps what the first plan promised",
            Self::Applied => "what was planned is what was applied, and all of it is known",
            Self::Read => "what is read is known and of the schema's type",
            Self::FailedApply => "a failed apply gives back what exists, with its id",
            Self::Identity => "an identity is known and does not change",
            Self::DataSource => "a result is known and holds the configuration unchanged",
            Self::Schema => "every schema is valid",
            Self::Unknowns => "validation accepts what is not known yet",
        }
    }
}

/// `R4`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u8)
    }
}
