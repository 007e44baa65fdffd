//! What is to be kept apart.

use std::collections::BTreeSet;

use portcullis_model::Subject;

use crate::Through;

/// A declaration that deploying a workload and acting as it are apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The natural key of the workload, such as `production/fraud-scorer`.
    pub workload: String,
    /// Subjects that may ship it.
    pub deploy: BTreeSet<Subject>,
    /// Subjects that may act as it, its own identities among them.
    pub runtime: BTreeSet<Subject>,
    /// The classes of paths looked through; [`Through::all`] unless the declaration says otherwise.
    pub through: BTreeSet<Through>,
}

impl Split {
    /// A split that nobody declared, to ask about two parties with.
    pub(crate) fn asking(
        from: &BTreeSet<Subject>,
        to: &BTreeSet<Subject>,
        through: &BTreeSet<Through>,
    ) -> Self {
        Self {
            workload: String::new(),
            deploy: from.clone(),
            runtime: to.clone(),
            through: through.clone(),
        }
    }
}
