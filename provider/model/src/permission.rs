//! A permission: an operation on an object.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Duty, Object, Operation};

/// A permission is an operation on an object (INCITS 359).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Permission {
    /// What may be done.
    pub operation: Operation,
    /// To what.
    pub object: Object,
}

impl Permission {
    /// The duty that holding this permission is.
    #[must_use]
    pub const fn duty(&self) -> Duty {
        self.operation.duty()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operation, self.object)
    }
}
