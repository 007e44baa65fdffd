//! What the ledger held when this run first asked.

use std::collections::BTreeMap;

use portcullis_access::Memberships;
use portcullis_capacity::Reservations;
use portcullis_ledger::{Kind, Ledger, Record, Reservation};
use portcullis_model::{Owner, WorkloadKey};
use tfplugin::Outcome;

use crate::board::{DeclaredConstraint, DeclaredGrant, DeclaredSplit, Workload};
use crate::lifecycle::decode_body;
use crate::resources::{DutyConstraint, GpuPool, Grant, Group, PermissionSplit, WorkloadIdentity};
use crate::said::said;
use crate::standing::Standing;

/// The promises of every workspace, read once per run. What this run itself changes is on the board; what another run
/// changes meanwhile is caught by the ledger's own constraints at apply.
#[derive(Debug, Default)]
pub struct Promised {
    /// Workload identities.
    pub workloads: BTreeMap<WorkloadKey, Workload>,
    /// Members by group.
    pub groups: Memberships,
    /// Permission splits, by workload.
    pub splits: BTreeMap<WorkloadKey, DeclaredSplit>,
    /// Who answers for what is no workload, such as `group group:ml-release`.
    pub owners: BTreeMap<String, Owner>,
    /// Grants, by natural key, those that have ended among them.
    pub grants: BTreeMap<String, DeclaredGrant>,
    /// Duty constraints, by name.
    pub constraints: BTreeMap<String, DeclaredConstraint>,
    /// GPUs of each pool, by its natural key.
    pub pools: BTreeMap<String, Option<u64>>,
    /// Pools as they are recorded, by natural key.
    pub recorded_pools: BTreeMap<String, GpuPool>,
    /// What each pool holds, ordered by replica and device.
    pub reservations: BTreeMap<String, Vec<Reservation>>,
}

impl Promised {
    /// Reads everything that a plan may need.
    ///
    /// # Errors
    /// When the ledger cannot be read, or holds what this version does not understand.
    pub async fn read(ledger: &dyn Ledger) -> Outcome<Self> {
        let mut promised = Self::default();
        for held in ledger.reservations().await.map_err(said)? {
            promised
                .reservations
                .entry(held.pool.clone())
                .or_default()
                .push(held);
        }
        for record in ledger.list(Kind::Pool).await.map_err(said)? {
            let pool: GpuPool = decode_body(&record)?;
            promised.own("GPU pool", &record, pool.owner.get()?.value());
            let gpus = pool.gpus.known().copied();
            promised.pools.insert(record.key.clone(), gpus);
            promised.recorded_pools.insert(record.key, pool);
        }
        for record in ledger.list(Kind::Identity).await.map_err(said)? {
            let identity: WorkloadIdentity = decode_body(&record)?;
            let (key, workload) = identity.declaration(&[])?;
            promised.workloads.insert(key, workload);
        }
        for record in ledger.list(Kind::Group).await.map_err(said)? {
            let group: Group = decode_body(&record)?;
            let (subject, members) = group.declaration()?;
            promised.own("group", &record, group.owner.get()?.value());
            promised.groups.insert(subject, members);
        }
        for record in ledger.list(Kind::Split).await.map_err(said)? {
            let split: PermissionSplit = decode_body(&record)?;
            let workload = split.workload.get()?.value();
            let subjects = promised
                .workloads
                .get(workload)
                .map(|one| one.subjects.clone());
            let declared = split.declaration(subjects.unwrap_or_default())?;
            promised.splits.insert(workload.clone(), declared);
        }
        for record in ledger.list(Kind::Grant).await.map_err(said)? {
            let grant: Grant = decode_body(&record)?;
            promised.own("grant", &record, grant.owner.get()?.value());
            promised.grants.insert(record.key, grant.declaration()?);
        }
        for record in ledger.list(Kind::DutyConstraint).await.map_err(said)? {
            let constraint: DutyConstraint = decode_body(&record)?;
            promised.own("duty constraint", &record, constraint.owner.get()?.value());
            promised
                .constraints
                .insert(record.key, constraint.declaration()?);
        }
        Ok(promised)
    }

    fn own(&mut self, what: &str, record: &Record, owner: &Owner) {
        let what = format!("{what} {}", record.key);
        self.owners.insert(what, owner.clone());
    }

    /// What pools of a plan compete with.
    ///
    /// # Errors
    /// When the ledger holds something of a form that this version does not understand.
    pub fn standing(&self) -> Outcome<Standing> {
        Standing::of(self.reservations.values().flatten(), &self.recorded_pools)
    }

    /// What one pool holds, ordered by replica and device.
    #[must_use]
    pub fn held_by(&self, pool: &str) -> &[Reservation] {
        self.reservations.get(pool).map_or(&[], Vec::as_slice)
    }
}

/// Who holds which device.
///
/// # Errors
/// When a device key is of a form that this version does not understand.
pub(crate) fn holders<'a>(
    reservations: impl IntoIterator<Item = &'a Reservation>,
) -> Outcome<Reservations> {
    // Under a lease that is over, devices go to whoever asks.
    let standing = reservations.into_iter().filter(|held| !held.expired);
    let entries = standing.map(|held| {
        let key = held.device.key.parse().map_err(said)?;
        Ok((key, format!("pool `{}` of `{}`", held.pool, held.owner)))
    });
    entries.collect()
}
