//! What one source says differently than when it was read.

use crate::SourceFacts;

/// What one source says differently than when it was read: both lists are of the same source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChange {
    /// Permissions and edges, each as it was said, that it does not say any more.
    pub taken: SourceFacts,
    /// What it says beside what it said.
    pub added: SourceFacts,
}
