//! What an answer is made from.

use std::collections::BTreeMap;

use portcullis_access::{Access, Facts};
use portcullis_model::{Name, WorkloadKey};
use tfplugin::Outcome;

use crate::board::{Declared, DeclaredSplit, Workload};
use crate::configured::Configured;
use crate::promised::Promised;

/// What is declared, what was promised and what connectors told. A declaration stands in for what the ledger has under the
/// same name.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// What this plan declares.
    pub declared: &'a Declared,
    /// What the ledger holds.
    pub promised: &'a Promised,
    /// What connectors told, and what follows from it.
    pub access: &'a Access,
    /// Connectors that should have told and did not, each with the reason.
    pub unread: &'a BTreeMap<Name, String>,
}

impl<'a> Known<'a> {
    /// Asks something of all that this run knows: what is planned so far, the ledger, and what connectors tell.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn ask<T>(
        provider: &Configured,
        question: impl FnOnce(&Known<'_>) -> T,
    ) -> Outcome<T> {
        let (promised, live) = (provider.promised().await?, provider.access().await);
        let declared = provider.board.lock();
        Ok(question(&Known {
            declared: &declared,
            promised: &promised,
            access: &live.access,
            unread: &live.unread,
        }))
    }

    /// The same for the access crate.
    #[must_use]
    pub fn facts(&self) -> Facts<'a> {
        Facts {
            configuration: &self.declared.groups,
            ledger: &self.promised.groups,
            access: self.access,
            unread: self.unread,
        }
    }

    /// A workload identity.
    #[must_use]
    pub fn workload(&self, key: &WorkloadKey) -> Option<&'a Workload> {
        let declared = self.declared.workloads.get(key);
        declared.or_else(|| self.promised.workloads.get(key))
    }

    /// Every workload identity, once.
    pub fn workloads(&self) -> impl Iterator<Item = (&'a WorkloadKey, &'a Workload)> {
        laid_over(&self.declared.workloads, &self.promised.workloads)
    }

    /// The split of a workload.
    #[must_use]
    pub fn split(&self, key: &WorkloadKey) -> Option<&'a DeclaredSplit> {
        let declared = self.declared.splits.get(key);
        declared.or_else(|| self.promised.splits.get(key))
    }

    /// Every split, once.
    pub fn splits(&self) -> impl Iterator<Item = (&'a WorkloadKey, &'a DeclaredSplit)> {
        laid_over(&self.declared.splits, &self.promised.splits)
    }
}

/// All of the first, and those of the second that the first has nothing in place of.
fn laid_over<'a, K: Ord, V>(
    first: &'a BTreeMap<K, V>,
    second: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, &'a V)> {
    let rest = second.iter().filter(|(key, _)| !first.contains_key(*key));
    first.iter().chain(rest)
}
