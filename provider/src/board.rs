//! What the resources of one plan declare, so that they can be judged together.
//!
//! Terraform plans resources one at a time, concurrently and in no fixed order: whoever is planned last sees
//! everything. See docs/decisions/2026-11-23-plan-board.md.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use portcullis_access::{Memberships, Split, Step};
use portcullis_model::{DeployVerb, Duty, Name, Owner, Permission, Subject, WorkloadKey};

use crate::policy::{OnProblem, Strictness};

/// The declarations of this run. Clones are the same board.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<Declared>>);

/// What is declared, by natural key.
#[derive(Debug, Default)]
pub struct Declared {
    /// Workload identities.
    pub workloads: BTreeMap<WorkloadKey, Workload>,
    /// Members by group.
    pub groups: Memberships,
    /// Permission splits, by workload.
    pub splits: BTreeMap<WorkloadKey, DeclaredSplit>,
    /// Who answers for what is no workload, such as `group group:ml-release`.
    pub owners: BTreeMap<String, Owner>,
    /// Grants, by natural key.
    pub grants: BTreeMap<String, DeclaredGrant>,
    /// Duty constraints, by name.
    pub constraints: BTreeMap<String, DeclaredConstraint>,
    /// GPUs of each pool, by its natural key; `None` while the number is unknown.
    pub pools: BTreeMap<String, Option<u64>>,
}

/// What other resources need to know of a workload identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Who answers for it.
    pub owner: Owner,
    /// Every subject that is the workload: its SPIFFE ID and its platform accounts.
    pub subjects: BTreeSet<Subject>,
    /// The accounts that connectors keep for it, by connector and in the connector's own words.
    pub accounts: BTreeMap<Name, String>,
    /// Whether it has accounts that are known only when they are made.
    pub is_undecided: bool,
    /// When it stops being valid; `None` when it does not, or while that is unknown.
    pub expires_at: Option<Timestamp>,
}

/// A permission split, and how strictly it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredSplit {
    /// What is to be kept apart.
    pub split: Split,
    /// What whoever ships the workload may do.
    pub may: BTreeSet<DeployVerb>,
    /// What the workload itself may use, read and call; `None` while a part of it is unknown.
    pub permissions: Option<BTreeSet<Permission>>,
    /// What a subject on both sides does to the plan.
    pub enforce: Strictness,
    /// What a group of unknown members does to the plan.
    pub on_unknown: OnProblem,
    /// Steps of paths that somebody stands behind.
    pub mediations: Vec<Mediation>,
}

/// A step of a path that somebody stands behind, because something stands between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mediation {
    /// The step, and nothing beside it.
    pub step: Step,
    /// What stands between, and why that is enough.
    pub justification: String,
    /// Who approved it.
    pub approved_by: Subject,
    /// When it ends; `None` when it does not.
    pub until: Option<Timestamp>,
}

/// A permission that somebody is granted until a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredGrant {
    /// Who.
    pub subject: Subject,
    /// What.
    pub permission: Permission,
    /// The workload that it is about, where its object is one.
    pub workload: Option<WorkloadKey>,
    /// When it ends.
    pub until: Timestamp,
}

/// A limit on the duties that one subject may hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredConstraint {
    /// The duties that are counted.
    pub duties: BTreeSet<Duty>,
    /// Most of them that one subject may hold.
    pub at_most: usize,
    /// The workload over which duties count; all together without one.
    pub workload: Option<WorkloadKey>,
    /// What a subject with more does to the plan.
    pub enforce: OnProblem,
    /// What a group of unknown members does to the plan.
    pub on_unknown: OnProblem,
}

impl DeclaredConstraint {
    /// Whether duties over this workload, or over what is no workload, are counted.
    #[must_use]
    pub fn counts(&self, workload: Option<&WorkloadKey>) -> bool {
        self.workload.is_none() || self.workload.as_ref() == workload
    }
}

impl Board {
    /// The board, to declare and to read. Held for the moment of one judgement, never across an await.
    pub fn lock(&self) -> MutexGuard<'_, Declared> {
        // A panic while declaring leaves whole entries, so a poisoned board is still true.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
