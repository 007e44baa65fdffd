//! From a declaration to a diagnostic: the pure crates decide, this says it where the practitioner wrote it.

pub(crate) mod burst;
pub mod capacity;
pub mod clauses;
pub(crate) mod confidential;
pub mod duty;
pub(crate) mod fate;
pub mod mediated;
pub mod pool_use;
pub(crate) mod quota;
pub mod separation;
