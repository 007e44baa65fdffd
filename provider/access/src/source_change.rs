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

impl SourceChange {
    /// Makes the change to what the source said.
    pub fn make(&self, said: &mut SourceFacts) {
        let Self { taken, added } = self;
        for one in &taken.permissions {
            take(&mut said.permissions, one);
        }
        for one in &taken.edges {
            take(&mut said.edges, one);
        }
        said.subjects.extend(added.subjects.iter().cloned());
        said.objects.extend(added.objects.iter().cloned());
        said.permissions.extend(added.permissions.iter().cloned());
        said.edges.extend(added.edges.iter().cloned());
    }
}

/// Takes one record away that is equal.
fn take<T: PartialEq>(records: &mut Vec<T>, record: &T) {
    if let Some(position) = records.iter().position(|one| one == record) {
        records.remove(position);
    }
}
