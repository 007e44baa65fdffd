//! `inventory {}`

use portcullis_model::Ttl;
use tfplugin::Schema;
use tfplugin::field::{Optional, Text};

use crate::policy::OnProblem;

/// How old an inventory may be, and what to do when one is not to be had.
#[derive(Debug, Clone, Schema)]
pub struct InventoryBlock {
    /// Oldest observation that counts, such as `5m`; without it, any age does.
    pub max_age: Optional<Text<Ttl>>,
    /// How old the snapshot of an earlier run may be for a plan to start from it, such as `5m`; each run asks every
    /// connector when left out. What is refused, and what apply reserves, always rests on what connectors say then. Nothing
    /// is kept where a connector is confidential.
    pub reuse_max_age: Optional<Text<Ttl>>,
    /// What a pool that does not fit does to the plan, where the pool says nothing of its own: `error` or `warn`; `error`
    /// when left out.
    pub on_shortfall: Optional<Text<OnProblem>>,
    /// What it does to the plan when whether a pool fits depends on what sources do not report, or when the search for room
    /// gave up, where the pool says nothing of its own: `error` or `warn`; `error` when left out.
    pub on_unknown: Optional<Text<OnProblem>>,
    /// What an older observation does to a plan that needs it: `error` or `warn`; `error` when left out.
    pub on_stale: Optional<Text<OnProblem>>,
    /// What a connector that cannot answer does to a plan that needs it: `error` or `warn`; `error` when left out.
    pub on_unavailable: Optional<Text<OnProblem>>,
    /// How long a connector may take to answer, such as `30s`, which is also what holds when left out.
    pub timeout: Optional<Text<Ttl>>,
}
