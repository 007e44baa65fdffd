//! What a check has to say about a plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Reason, Severity};

/// What a check has to say about a plan, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether it stops the plan.
    pub severity: Severity,
    /// The attribute it is about, as HCL spells it (`gpu.replicas`); empty for the whole resource.
    pub path: String,
    /// What was asked, what was found, what to do.
    #[serde(flatten)]
    pub reason: Reason,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}
