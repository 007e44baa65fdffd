//! `portcullis_gpu_pool`

mod burst;
mod change;
mod choosing;
mod demand;
mod drift;
mod note;
mod refusals;

use burst::Burst;
pub use change::Change;

use portcullis_ledger::{Device, Kind, Object};
use portcullis_model::{
    GpuModel, Grade, HealthPolicy, Location, MigProfile, Name, Owner, Price, Ttl, Version,
    WorkloadKey,
};
use tfplugin::field::{Computed, Nested, Optional, OptionalBlock, Required, RequiredBlock, Text};
use tfplugin::resource::Plan;
use tfplugin::value::Refinement;
use tfplugin::{Outcome, Report, Schema, Severity, Stop};

use crate::configured::Configured;
use crate::lifecycle::{Choice, Held, Recorded, recorded};
use crate::policy::OnProblem;
use crate::said::said;

/// GPUs that a workload may use: checked against the inventory when planned, reserved when applied, released when
/// destroyed.
#[derive(Debug, Clone, Schema)]
pub struct GpuPool {
    /// Name of the pool, unique in the ledger: lower-case letters, digits and `-`.
    #[tf(replace)]
    pub name: Required<Text<Name>>,
    /// Who answers for it, such as `team:platform`.
    pub owner: Required<Text<Owner>>,
    /// The workload that uses it: the `id` of a `portcullis_workload_identity`.
    pub workload: Optional<Text<WorkloadKey>>,
    /// Which GPUs, how many, and how close together.
    pub gpu: RequiredBlock<Gpu>,
    /// More copies for a time. Nothing is reserved for them: the plan says whether they would fit beside all steady copies
    /// and all other bursts.
    pub burst: OptionalBlock<Burst>,
    /// Connectors to take the GPUs from; any of them when left out.
    pub sources: Optional<Vec<Text<Name>>>,
    /// Regions to take the GPUs from; any of them when left out.
    pub regions: Optional<Vec<Text<Location>>>,
    /// Zones to take the GPUs from; any of them when left out.
    pub zones: Optional<Vec<Text<Location>>>,
    /// Over how many zones replicas are spread at least: no zone gets more than its share, `replicas` divided by
    /// `zones_min` and rounded up. No matter when left out.
    pub zones_min: Optional<u32>,
    /// How far a number must be trusted to count: `firm` (reserved for us), `counted` (an exact number), `level` or
    /// `listed`; `counted` when left out.
    pub minimum_grade: Optional<Text<Grade>>,
    /// Oldest answer of a source that counts for this pool, such as `5m`; what the provider's `inventory` block says holds
    /// as well.
    pub max_age: Optional<Text<Ttl>>,
    /// Who may use the GPUs of the pool, as their sources name them: a pod, a job, a process; `*` stands for any text. A
    /// reserved GPU that anybody else uses is taken, and the next plan moves its replica. Anybody may when left out, nobody
    /// when empty.
    pub used_by: Optional<Vec<String>>,
    /// What a pool that does not fit does to the plan: `error` or `warn`; what the provider's `inventory` block says when
    /// left out. Apply refuses either way, because there is nothing to reserve.
    pub on_shortfall: Optional<Text<OnProblem>>,
    /// What it does to the plan when it cannot be known whether the pool fits: `error` or `warn`; what the provider's
    /// `inventory` block says when left out.
    pub on_unknown: Optional<Text<OnProblem>>,
    /// What it does to the plan when that is because an answer is too old: `error` or `warn`; what the provider's
    /// `inventory` block says when left out.
    pub on_stale: Optional<Text<OnProblem>>,
    /// Natural key: the name. What other resources refer to.
    #[tf(identity)]
    pub id: Computed<String>,
    /// All GPUs of the pool: `replicas` times `gpus_per_replica`.
    #[tf(changes_with("gpu"))]
    pub gpus: Computed<u64>,
    /// The GPUs that were reserved, chosen by the apply run.
    #[tf(changes_with("gpu", "sources", "regions", "zones", "zones_min", "minimum_grade"))]
    pub placements: Computed<Vec<Nested<Placement>>>,
}

/// Which GPUs, how many, and how close together.
#[derive(Debug, Clone, Schema)]
pub struct Gpu {
    /// Models that will do, such as `H200` or `A100-80GB`; names as vendors and drivers print them are understood.
    pub models: Required<Vec<Text<GpuModel>>>,
    /// The profile of GPU instances (MIG), such as `1g.18gb`, for a pool of instances that are there. Then whatever counts
    /// GPUs counts instances. Whole GPUs when left out.
    pub mig_profile: Optional<Text<MigProfile>>,
    /// Whether GPU instances count that are not there and can be made on idle GPUs in MIG mode, beside the instances that
    /// these have; no when left out. Those are reserved by their place, as `<source>/<node>/<device>/<profile>@<start>`, and
    /// are yours to make there.
    pub mig_divide: Optional<bool>,
    /// Copies of the workload.
    pub replicas: Required<u32>,
    /// GPUs of each copy.
    pub gpus_per_replica: Required<u32>,
    /// Whether the GPUs of a copy must be alike and sit in one node; yes when left out, unless `same_nvlink_domain` says
    /// that one NVLink domain will do.
    pub same_node: Optional<bool>,
    /// Whether the GPUs of a copy must be alike and sit in one NVLink domain, which may span nodes; no when left out.
    pub same_nvlink_domain: Optional<bool>,
    /// Least memory of each GPU, in MiB.
    pub memory_mib_min: Optional<u32>,
    /// Oldest kernel driver that will do, such as `570.86.10`.
    pub driver_min: Optional<Text<Version>>,
    /// Oldest CUDA that will do, such as `12.8`: the newest that the driver runs must not be older.
    pub cuda_min: Optional<Text<Version>>,
    /// How well GPUs must work: `healthy` (their source says so), `usable` (it says nothing bad) or `degraded` (they may be
    /// worse than they should be); `usable` when left out.
    pub health: Optional<Text<HealthPolicy>>,
    /// What a GPU may cost for an hour at most, such as `2.49 USD`. Prices in other currencies are unknown.
    pub price_max: Optional<Text<Price>>,
    /// What each copy needs of its node's CPU, in thousandths of one.
    pub cpu_milli_per_replica: Optional<u32>,
    /// What each copy needs of its node's memory, in MiB.
    pub memory_mib_per_replica: Optional<u32>,
}

/// The GPUs of one copy in one node.
#[derive(Debug, Clone, Schema)]
pub struct Placement {
    /// Which copy, from 0.
    pub replica: Computed<u32>,
    /// The node.
    pub node: Computed<String>,
    /// Its reserved devices, as `<source>/<node>/<device>`.
    pub devices: Computed<Vec<String>>,
}

recorded!(GpuPool, "gpu_pool");

impl Recorded for GpuPool {
    const KIND: Kind = Kind::Pool;

    fn check(&self, report: &mut Report) -> Outcome {
        for refusal in refusals::all(self)? {
            report.push(refusal);
        }
        Ok(())
    }

    fn complete(&mut self, _: &Configured) -> Outcome {
        self.id.set_unknown(Refinement::not_null());
        let name = self.name.get()?.to_string();
        self.id.set(name);
        let gpu = self.gpu.get()?;
        let gpus = u64::from(*gpu.replicas.get()?) * u64::from(*gpu.gpus_per_replica.get()?);
        self.gpus.set(gpus);
        Ok(())
    }

    fn key(&self) -> Outcome<String> {
        self.id.get()?.cloned().ok_or(Stop::Deferred)
    }

    fn owner(&self) -> Outcome<String> {
        Ok(self.owner.get()?.to_string())
    }

    async fn judge(plan: &mut Plan<Self>, provider: &Configured) -> Outcome {
        if let Ok(key) = plan.planned.key() {
            let gpus = plan.planned.gpus.known().copied();
            let mut board = provider.board.lock();
            if let Some(owner) = plan.planned.owner.known() {
                let what = format!("GPU pool {key}");
                board.owners.insert(what, owner.value().clone());
            }
            board.pools.insert(key, gpus);
        }
        let chosen = choosing::choose(
            plan.prior.as_ref(),
            &mut plan.planned,
            &mut plan.report,
            provider,
        );
        match chosen.await {
            Ok(Ok(choice)) => {
                let told = burst::judge(plan, &choice, provider).await;
                plan.private.choice = Some(choice);
                plan.report.absorb(told);
            }
            Ok(Err(shortfall)) => plan.report.push(shortfall),
            Err(Stop::Deferred) => plan.report.push(refusals::decided_at_apply()),
            Err(failed) => return Err(failed),
        }
        plan.private.from_cache = provider.world.is_from_cache();
        Ok(())
    }

    async fn choose_again(
        prior: Option<&Self>,
        planned: &mut Self,
        held: &mut Held,
        report: &mut Report,
        provider: &Configured,
    ) -> Outcome {
        // Placements that were planned as known are those that the pool holds already.
        if !held.from_cache || planned.placements.known().is_some() {
            return Ok(());
        }
        provider.world.renew();
        match choosing::choose(prior, planned, report, provider).await? {
            Ok(choice) => held.choice = Some(choice),
            Err(shortfall) if shortfall.severity == Severity::Error => return Err(shortfall.into()),
            Err(shortfall) => {
                held.choice = None;
                report.push(shortfall);
            }
        }
        Ok(())
    }

    fn object(&self, held: &Held) -> Outcome<Object> {
        let choice = held.choice.clone().ok_or_else(refusals::nothing_chosen)?;
        Ok(Object::Pool(choice.into_iter().map(Device::from).collect()))
    }

    fn settle(&mut self, held: &Held) {
        let mut choice = held.choice.clone().unwrap_or_default();
        choice.sort();
        let same =
            |one: &Choice, other: &Choice| (one.replica, &one.node) == (other.replica, &other.node);
        let placements: Vec<Nested<Placement>> = choice
            .chunk_by(same)
            .map(|devices| Placement::of(devices).into())
            .collect();
        self.placements.set(placements);
    }

    fn check_id(id: &str) -> Outcome {
        id.parse::<Name>().map_err(said)?;
        Ok(())
    }
}

impl Placement {
    /// What one copy has in one node.
    fn of(devices: &[Choice]) -> Self {
        let mut placement = Self {
            replica: Computed::default(),
            node: Computed::default(),
            devices: Computed::default(),
        };
        if let Some(first) = devices.first() {
            placement.replica.set(first.replica);
            placement.node.set(first.node.clone());
        }
        placement.devices.set(
            devices
                .iter()
                .map(|device| device.key.clone())
                .collect::<Vec<_>>(),
        );
        placement
    }
}
