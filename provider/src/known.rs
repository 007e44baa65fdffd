//! What an answer is made from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_access::{Access, Facts, Granted, Relation, Source, Split};
use portcullis_model::{DeployVerb, Duty, Name, Operation, WorkloadKey};
use tfplugin::Outcome;

use crate::board::{Declared, DeclaredConstraint, DeclaredGrant, DeclaredSplit, Workload};
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
    /// When it is asked. What has ended by then counts for nothing.
    pub now: Timestamp,
    /// The grants that have not ended, as far as they lead to identities.
    pub granted: &'a [Granted],
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
        let now = provider.clock.now();
        let declared = provider.board.lock();
        let granted = granted(&declared, &promised, now);
        Ok(question(&Known {
            declared: &declared,
            promised: &promised,
            now,
            granted: &granted,
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
            grants: self.granted,
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

    /// Every grant that has not ended, once.
    pub fn grants(&self) -> impl Iterator<Item = (&'a String, &'a DeclaredGrant)> {
        let now = self.now;
        laid_over(&self.declared.grants, &self.promised.grants)
            .filter(move |(_, grant)| grant.until > now)
    }

    /// A duty constraint.
    #[must_use]
    pub fn constraint(&self, name: &str) -> Option<&'a DeclaredConstraint> {
        let declared = self.declared.constraints.get(name);
        declared.or_else(|| self.promised.constraints.get(name))
    }

    /// Every duty constraint, once.
    pub fn constraints(&self) -> impl Iterator<Item = (&'a String, &'a DeclaredConstraint)> {
        laid_over(&self.declared.constraints, &self.promised.constraints)
    }

    /// The split as it is judged: whoever was granted to deploy the workload is on its deploy side.
    #[must_use]
    pub fn judged(&self, workload: &WorkloadKey, declared: &DeclaredSplit) -> Split {
        let mut split = declared.split.clone();
        let deployers = self.grants().filter(|(_, grant)| {
            grant.workload.as_ref() == Some(workload) && grant.permission.duty() == Duty::Deploy
        });
        split
            .deploy
            .extend(deployers.map(|(_, grant)| grant.subject.clone()));
        split
    }

    /// Every split, once.
    pub fn splits(&self) -> impl Iterator<Item = (&'a WorkloadKey, &'a DeclaredSplit)> {
        laid_over(&self.declared.splits, &self.promised.splits)
    }
}

/// The grants that have not ended at `now`, as far as they lead to identities.
#[must_use]
pub fn granted(declared: &Declared, promised: &Promised, now: Timestamp) -> Vec<Granted> {
    let sources = [
        (&declared.grants, Source::Configuration),
        (&promised.grants, Source::Ledger),
    ];
    let mut found = Vec::new();
    for (grants, source) in sources {
        let replaced =
            |name: &String| source == Source::Ledger && declared.grants.contains_key(name);
        let active = grants
            .iter()
            .filter(|(name, grant)| grant.until > now && !replaced(name));
        for (name, grant) in active {
            let workload = grant.workload.as_ref().and_then(|key| {
                let declared = declared.workloads.get(key);
                declared.or_else(|| promised.workloads.get(key))
            });
            if let (Some(workload), Some(relation)) = (workload, leads(grant.permission.operation))
            {
                found.push(Granted {
                    name: name.clone(),
                    subject: grant.subject.clone(),
                    relation,
                    to: workload.subjects.clone(),
                    until: grant.until,
                    source,
                });
            }
        }
    }
    found
}

/// How an operation on a workload leads to its identities; `None` for one that does not.
const fn leads(operation: Operation) -> Option<Relation> {
    match operation {
        Operation::Deploy(DeployVerb::SwapModel) => Some(Relation::ActsAsViaCompute),
        Operation::Deploy(DeployVerb::Grant) => Some(Relation::CanGrant),
        Operation::Deploy(DeployVerb::RotateCredentials) => Some(Relation::ReadsSecretOf),
        Operation::Deploy(DeployVerb::Approve) => Some(Relation::ControlsOwnerOf),
        // Whoever ships a workload is on its deploy side, and the other verbs lead to nobody.
        Operation::Deploy(_) | Operation::Use | Operation::Read | Operation::Call => None,
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
