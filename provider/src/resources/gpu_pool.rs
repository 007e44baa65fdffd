//! `portcullis_gpu_pool`

use portcullis_capacity::{Demand, MigGeometry};
use portcullis_ledger::{Device, Kind, Object};
use portcullis_model::{DeviceKey, GpuModel, Grade, MigProfile, Name, Owner, WorkloadKey};
use tfplugin::field::{Computed, Nested, Optional, Required, RequiredBlock, Text};
use tfplugin::resource::Plan;
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Path, Report, Schema, Stop};

use crate::configured::Configured;
use crate::judge;
use crate::lifecycle::{Choice, Held, Recorded, recorded};
use crate::placing::PlacedDevice;
use crate::policy::OnProblem;
use crate::promised::Promised;
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
    /// Connectors to take the GPUs from; any of them when left out.
    pub sources: Optional<Vec<Text<Name>>>,
    /// How far a number must be trusted to count: `firm` (reserved for us), `counted` (an exact number), `level` or
    /// `listed`; `counted` when left out.
    pub minimum_grade: Optional<Text<Grade>>,
    /// What a pool that does not fit does to the plan: `error` or `warn`; `error` when left out. Apply refuses either
    /// way, because there is nothing to reserve.
    pub on_shortfall: Optional<Text<OnProblem>>,
    /// Natural key: the name. What other resources refer to.
    #[tf(identity)]
    pub id: Computed<String>,
    /// All GPUs of the pool: `replicas` times `gpus_per_replica`.
    #[tf(changes_with("gpu"))]
    pub gpus: Computed<u64>,
    /// The GPUs that were reserved, chosen by the apply run.
    #[tf(changes_with("gpu", "sources", "minimum_grade"))]
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
    /// Copies of the workload.
    pub replicas: Required<u32>,
    /// GPUs of each copy.
    pub gpus_per_replica: Required<u32>,
    /// Whether the GPUs of a copy must be alike and sit in one node; yes when left out.
    pub same_node: Optional<bool>,
    /// Least memory of each GPU, in MiB.
    pub memory_mib_min: Optional<u32>,
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
        let gpu = self.gpu.get()?;
        if gpu.models.get()?.is_empty() {
            report.push(too_few("models", "model"));
        }
        for (count, name) in [
            (&gpu.replicas, "replicas"),
            (&gpu.gpus_per_replica, "gpus_per_replica"),
        ] {
            if count.known() == Some(&0) {
                report.push(too_few(name, name));
            }
        }
        if let Some(profile) = gpu.mig_profile.get()? {
            let models = gpu.models.get()?.iter().map(Text::value);
            if let Some(unknown) = nobody_has(*profile.value(), models) {
                report.push(unknown);
            }
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
        match choose(plan, provider).await {
            Ok(Ok(choice)) => plan.private.choice = Some(choice),
            Ok(Err(shortfall)) => plan.report.push(shortfall),
            Err(Stop::Deferred) => plan.report.push(decided_at_apply()),
            Err(failed) => return Err(failed),
        }
        Ok(())
    }

    fn object(&self, held: &Held) -> Outcome<Object> {
        let choice = held.choice.clone().ok_or_else(nothing_chosen)?;
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

/// The devices that the pool is to hold: those it keeps, and others for what it asks beyond them.
async fn choose(
    plan: &Plan<GpuPool>,
    provider: &Configured,
) -> Outcome<Result<Vec<Choice>, Diagnostic>> {
    let promised = provider.promised().await?;
    let change = Change::between(plan.prior.as_ref(), &plan.planned, &promised)?;
    let Some(more) = change.more else {
        return Ok(Ok(change.kept));
    };
    let on_shortfall = plan.planned.on_shortfall()?;
    let placed = judge::capacity::place(more, &change.released, on_shortfall, provider).await?;
    let (kept, first) = (change.kept, change.first);
    Ok(match placed {
        Ok(placed) => {
            let more = placed.iter().map(|one| choice(one, first));
            Ok(kept.into_iter().chain(more).collect())
        }
        Err(shortfall) => Err(beyond(shortfall, kept.len())),
    })
}

/// The shortfall, saying that it is about what a pool asks for beyond what it keeps.
fn beyond(shortfall: Diagnostic, kept: usize) -> Diagnostic {
    let holds = match kept {
        0 => return shortfall,
        1 => "the one that it holds".to_owned(),
        kept => format!("the {kept} that it holds"),
    };
    let detail = format!(
        "The pool keeps {holds}; this is about the rest. {}",
        shortfall.detail
    );
    Diagnostic {
        detail,
        ..shortfall
    }
}

/// What a plan changes of what a pool holds. Only the change is checked, so a pool that stays as it is never fails for
/// capacity.
#[derive(Debug)]
pub struct Change {
    /// What it holds and keeps.
    kept: Vec<Choice>,
    /// The first replica that is new.
    first: u32,
    /// What it holds and gives back in the same step.
    pub released: Vec<DeviceKey>,
    /// What it asks for beyond what it keeps; `None` for nothing.
    pub more: Option<Demand>,
}

impl Change {
    /// What changes between `prior` and `planned`, given what the ledger says the pool holds.
    ///
    /// # Errors
    /// Deferred while a part of what the pool asks for is unknown.
    pub fn between(
        prior: Option<&GpuPool>,
        planned: &GpuPool,
        promised: &Promised,
    ) -> Outcome<Self> {
        let asked = planned.demand()?;
        let before = prior.map(GpuPool::demand).transpose()?;
        // A pool that is replaced under another name gives back what it holds under the old one.
        let holder = before
            .as_ref()
            .map_or(&asked.pool, |before| &before.pool)
            .to_string();
        let same_shape = before.is_some_and(|before| {
            Demand {
                replicas: asked.replicas,
                ..before
            } == asked
        });
        let held = promised
            .held_by(&holder)
            .iter()
            .map(|one| Choice::from(one.device.clone()));
        let (kept, released): (Vec<Choice>, Vec<Choice>) =
            held.partition(|device| same_shape && device.replica < asked.replicas);
        let first = kept
            .iter()
            .map(|device| device.replica + 1)
            .max()
            .unwrap_or(0);
        let more = Demand {
            replicas: asked.replicas.saturating_sub(first),
            ..asked
        };
        Ok(Self {
            kept,
            first,
            released: device_keys(&released)?,
            more: (more.replicas > 0).then_some(more),
        })
    }
}

/// A device found for a new replica, numbered after those that are kept.
fn choice(placed: &PlacedDevice, first: u32) -> Choice {
    Choice {
        replica: first + placed.replica,
        node: placed.key.node.to_string(),
        key: placed.key.to_string(),
        model: placed.model.to_string(),
    }
}

fn device_keys(choices: &[Choice]) -> Outcome<Vec<DeviceKey>> {
    let keys = choices
        .iter()
        .map(|choice| choice.key.parse().map_err(|error| said(error).into()));
    keys.collect()
}

impl GpuPool {
    /// What a pool that does not fit does to the plan.
    ///
    /// # Errors
    /// Deferred while that is unknown.
    pub fn on_shortfall(&self) -> Outcome<OnProblem> {
        Ok(self
            .on_shortfall
            .get()?
            .map_or_else(OnProblem::default, |text| *text.value()))
    }

    /// All that the pool asks for, what it holds already included.
    ///
    /// # Errors
    /// Deferred while a part of it is unknown.
    pub fn demand(&self) -> Outcome<Demand> {
        let gpu = self.gpu.get()?;
        let models = gpu.models.get()?.iter().map(|model| model.value().clone());
        let sources = self.sources.get()?.map(Vec::as_slice).unwrap_or_default();
        Ok(Demand {
            pool: self.name.get()?.value().clone(),
            models: models.collect(),
            mig_profile: gpu.mig_profile.get()?.map(|profile| *profile.value()),
            replicas: *gpu.replicas.get()?,
            gpus_per_replica: *gpu.gpus_per_replica.get()?,
            same_node: gpu.same_node.get()?.copied().unwrap_or(true),
            memory_mib_min: gpu.memory_mib_min.get()?.copied(),
            sources: sources
                .iter()
                .map(|source| source.value().clone())
                .collect(),
            minimum_grade: self
                .minimum_grade
                .get()?
                .map_or(Grade::Counted, |grade| *grade.value()),
        })
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

/// What to say of a profile that none of the models has; nothing while one of them may have it.
fn nobody_has<'a>(
    profile: MigProfile,
    models: impl Iterator<Item = &'a GpuModel>,
) -> Option<Diagnostic> {
    let mut known = Vec::new();
    for model in models {
        let geometry = MigGeometry::of(model)?;
        if geometry.shape(profile).is_some() {
            return None;
        }
        let profiles: Vec<String> = geometry.profiles().map(|one| format!("`{one}`")).collect();
        known.push(format!(
            "`{}` has {}",
            geometry.model(),
            profiles.join(", ")
        ));
    }
    if known.is_empty() {
        return None;
    }
    let detail = format!(
        "`mig_profile` asks for GPU instances `{profile}`, which none of `models` has: {}.\n\n\
         Name a profile of a model that `models` names: names are not the same from model to model.\n\n\
         mig-profile-unknown",
        known.join("; ")
    );
    let path = Path::root().attribute("gpu").attribute("mig_profile");
    Some(Diagnostic::error("Model does not have the MIG profile", detail).at(path))
}

fn too_few(attribute: &str, noun: &str) -> Diagnostic {
    let detail = format!(
        "`{attribute}` asks for none, and a pool of nothing reserves nothing.\n\n\
         Ask for at least one {noun}, or remove the resource.\n\n\
         pool-asks-for-nothing"
    );
    let path = Path::root().attribute("gpu").attribute(attribute);
    Diagnostic::error("GPU pool asks for nothing", detail).at(path)
}

fn decided_at_apply() -> Diagnostic {
    let detail = "What this pool asks for is not known yet, so whether it fits cannot be said now.\n\n\
                  It is decided when the apply run plans the pool again, and refused then if it does not fit. To decide it \
                  in the plan, give `models`, `replicas` and `gpus_per_replica` values that are known.\n\n\
                  capacity-decided-at-apply";
    Diagnostic::warning("Capacity is decided at apply", detail).at(Path::root().attribute("gpu"))
}

fn nothing_chosen() -> Diagnostic {
    let detail = "The plan of this pool went on with a warning, because no free GPUs were found for it, so there is \
                  nothing to reserve.\n\n\
                  Ask for less, wait until GPUs are free, or see the warning for what would fit.\n\n\
                  pool-without-placement";
    Diagnostic::error("GPU pool has no placement", detail).at(Path::root().attribute("gpu"))
}
