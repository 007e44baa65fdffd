//! `portcullis_permission_split`

mod declared;
mod separation;

use std::collections::BTreeSet;

use portcullis_access::{Split, foreign_duties};
use portcullis_ledger::{Kind, Object};
use portcullis_model::{
    DeployVerb, Name, Object as Target, Operation, Permission, SpiffeId, Subject, Through,
    WorkloadKey,
};
use serde_json::Value as Json;
use tfplugin::field::{
    BlockList, Computed, LabelledBlocks, Optional, OptionalBlock, Required, RequiredBlock, Text,
};
use tfplugin::resource::Plan;
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Path, Report, Schema, Stop};

use crate::board::{DeclaredSplit, Workload};
use crate::configured::Configured;
use crate::judge;
use crate::lifecycle::{Held, Recorded, recorded};
use crate::policy::{OnProblem, Strictness};
use crate::realize::{PlannedObject, Realized};
use crate::resources::TargetBlock;
use crate::said::said;
use separation::SeparationBlock;

/// Who may ship a workload, and who may act as it: two sides that no subject may both be on, directly or through groups.
#[derive(Debug, Clone, Schema)]
pub struct PermissionSplit {
    /// The workload: the `id` of a `portcullis_workload_identity`. A workload has one split.
    #[tf(replace)]
    pub workload: Required<Text<WorkloadKey>>,
    /// Who may ship it, and what that includes.
    pub deploy: RequiredBlock<Deploy>,
    /// Who may act as it, and what it may use, read and call.
    pub runtime: RequiredBlock<Runtime>,
    /// How strictly the two are kept apart.
    pub separation: OptionalBlock<SeparationBlock>,
    /// A connector that compiles the split to its platform's own policies, by the connector's label.
    pub target: LabelledBlocks<TargetBlock>,
    /// Why it may be removed although something of it still works: what was left then stays, and the reason is recorded. Has
    /// to be applied before the removal.
    pub force_reason: Optional<String>,
    /// Natural key: that of the workload.
    #[tf(identity)]
    pub id: Computed<String>,
    /// What connectors made of it, by the connector's label, with who holds each clause.
    pub realized: Computed<Realized>,
}

/// Who may ship a workload, and what that includes.
#[derive(Debug, Clone, Schema)]
pub struct Deploy {
    /// Subjects, such as `ci:github:acme/fraud:ref:main`, `user:ana` or `group:ml-release`.
    pub subjects: Required<BTreeSet<Text<Subject>>>,
    /// What they may do: `rollout`, `rollback`, `read_logs`. Verbs of other duties are refused, because whoever ships
    /// a workload may not change its credentials, scaling, routing or model, grant or approve.
    pub may: Required<BTreeSet<Text<DeployVerb>>>,
}

/// Who may act as a workload, and what it may use, read and call.
#[derive(Debug, Clone, Schema)]
pub struct Runtime {
    /// Subjects that may act as it beside its own identities, such as an on-call group.
    pub subjects: Optional<BTreeSet<Text<Subject>>>,
    /// GPUs that it may use.
    pub r#use: BlockList<Use>,
    /// What it may read.
    pub read: BlockList<Read>,
    /// What it may call.
    pub call: BlockList<Call>,
}

/// GPUs that a workload may use.
#[derive(Debug, Clone, Schema)]
pub struct Use {
    /// The pool: the `id` of a `portcullis_gpu_pool`.
    pub pool: Required<String>,
    /// Most GPUs of it at a time.
    pub max_gpus: Optional<u32>,
}

/// Something that a workload may read.
#[derive(Debug, Clone, Schema)]
pub struct Read {
    /// What, such as `vault:secret/models/fraud`.
    pub object: Required<Text<Target>>,
}

/// Something that a workload may call.
#[derive(Debug, Clone, Schema)]
pub struct Call {
    /// What, such as `service:ledger-api`.
    pub object: Required<Text<Target>>,
}

recorded!(PermissionSplit, "permission_split");

impl Recorded for PermissionSplit {
    const KIND: Kind = Kind::Split;
    const OBJECT: Option<&'static str> = Some("grant");

    fn check(&self, report: &mut Report) -> Outcome {
        let may: BTreeSet<DeployVerb> = self
            .deploy
            .get()?
            .may
            .get()?
            .iter()
            .map(|verb| *verb.value())
            .collect();
        for (verb, duty) in foreign_duties(&may) {
            let detail = format!(
                "`deploy` asks for `{verb}`, which is of the duty `{duty}`. Whoever ships a workload may not also hold \
                 the duties credential, scale, route, swap_model, grant or approve over it: it could change what runs \
                 behind the back of who runs it.\n\n\
                 Remove `{verb}` from `may`, and give it to subjects that do not deploy this workload.\n\n\
                 deploy-holds-foreign-duty"
            );
            let path = Path::root().attribute("deploy").attribute("may");
            report.error(path, "Deploy holds a duty that is not its own", detail);
        }
        separation::check(self, report)
    }

    fn complete(&mut self, _: &Configured) -> Outcome {
        self.id.set_unknown(Refinement::not_null());
        let workload = self.workload.get()?.value().to_string();
        self.id.set(workload);
        Ok(())
    }

    fn key(&self) -> Outcome<String> {
        self.id.get()?.cloned().ok_or(Stop::Deferred)
    }

    /// The workload itself: whoever owns it owns what may be done to it.
    fn owner(&self) -> Outcome<String> {
        Ok(format!("workload:{}", self.workload.get()?.value()))
    }

    async fn judge(plan: &mut Plan<Self>, provider: &Configured) -> Outcome {
        match separate(&plan.planned, &plan.private.planned, provider).await {
            Ok(said) => plan.report.extend(said),
            Err(Stop::Deferred) => plan.report.push(decided_at_apply()),
            Err(failed) => return Err(failed),
        }
        if let Ok(key) = plan.planned.workload.get() {
            let broken = judge::duty::of_split(key.value(), provider).await?;
            plan.report.extend(broken);
        }
        let uses = judge::pool_use::uses(&plan.planned, provider).await?;
        plan.report.extend(uses);
        let changes = !plan.is_unchanged();
        plan.report
            .extend(judge::clauses::told(&plan.private.planned, changes));
        Ok(())
    }

    fn object(&self, _: &Held) -> Outcome<Object> {
        Ok(Object::Split)
    }

    fn target(&self) -> Option<&LabelledBlocks<TargetBlock>> {
        Some(&self.target)
    }

    fn realized(&self) -> Option<&Computed<Realized>> {
        Some(&self.realized)
    }

    fn realized_mut(&mut self) -> Option<&mut Computed<Realized>> {
        Some(&mut self.realized)
    }

    fn force_reason(&self) -> Option<&str> {
        self.force_reason.known().map(String::as_str)
    }

    async fn attributes(&self, connector: &Name, provider: &Configured) -> Outcome<Json> {
        let key = self.workload.get()?.value();
        let promised = provider.promised().await?;
        let known = provider.board.lock().workloads.get(key).cloned();
        let workload = known.or_else(|| promised.workloads.get(key).cloned());
        let workload = workload.ok_or(Stop::Deferred)?;
        if workload.is_undecided {
            return Err(Stop::Deferred);
        }
        let spiffe_id = SpiffeId::workload(&provider.trust_domain, &key.environment, &key.name);
        declared::attributes(self, &workload, &spiffe_id, connector)
    }

    fn check_id(id: &str) -> Outcome {
        id.parse::<WorkloadKey>().map_err(said)?;
        Ok(())
    }
}

/// Whether the two sides are apart by what the platforms say, and will be by what connectors are about to make of the split.
async fn separate(
    planned: &PermissionSplit,
    objects: &[PlannedObject],
    provider: &Configured,
) -> Outcome<Vec<Diagnostic>> {
    let key = planned.workload.get()?.value().clone();
    let promised = provider.promised().await?;
    let known = provider.board.lock().workloads.get(&key).cloned();
    let Some(workload) = known.or_else(|| promised.workloads.get(&key).cloned()) else {
        return Ok(vec![not_declared(&key)]);
    };
    if workload.is_undecided {
        return Err(Stop::Deferred);
    }
    let Workload { subjects, .. } = workload;
    let declared = planned.declaration(subjects)?;
    judge::separation::split(key, declared, objects, provider).await
}

impl PermissionSplit {
    /// What is to be kept apart, given the subjects that the workload itself is.
    ///
    /// # Errors
    /// Deferred while a subject is unknown.
    pub fn declaration(&self, workload: BTreeSet<Subject>) -> Outcome<DeclaredSplit> {
        let values = |subjects: &BTreeSet<Text<Subject>>| -> Vec<Subject> {
            subjects
                .iter()
                .map(|subject| subject.value().clone())
                .collect()
        };
        let deploy = values(self.deploy.get()?.subjects.get()?);
        let mut runtime = workload;
        if let Some(subjects) = self.runtime.get()?.subjects.get()? {
            runtime.extend(values(subjects));
        }
        let (mut enforce, mut on_unknown) = (Strictness::default(), OnProblem::default());
        let (mut through, mut mediations) = (Through::all(), Vec::new());
        if let Some(block) = self.separation.get()? {
            enforce = block
                .enforce
                .get()?
                .map_or(enforce, |policy| *policy.value());
            on_unknown = block
                .on_unknown
                .get()?
                .map_or(on_unknown, |policy| *policy.value());
            for mediation in block.mediation.get()? {
                mediations.push(mediation.declaration()?);
            }
            if let Some(classes) = block.through.get()? {
                through = classes.iter().map(|class| *class.value()).collect();
            }
        }
        let workload = self.workload.get()?.value().to_string();
        let split = Split {
            workload,
            deploy: deploy.into_iter().collect(),
            runtime,
            through,
        };
        let may = self.deploy.get()?.may.get()?;
        Ok(DeclaredSplit {
            split,
            may: may.iter().map(|verb| *verb.value()).collect(),
            permissions: self.permissions().ok(),
            enforce,
            on_unknown,
            mediations,
        })
    }
}

impl PermissionSplit {
    /// What the workload itself may use, read and call.
    fn permissions(&self) -> Outcome<BTreeSet<Permission>> {
        let runtime = self.runtime.get()?;
        let mut permissions = BTreeSet::new();
        for used in runtime.r#use.get()? {
            let object = format!("pool:{}", used.pool.get()?);
            permissions.insert(Permission {
                operation: Operation::Use,
                object: object.parse().map_err(said)?,
            });
        }
        for read in runtime.read.get()? {
            permissions.insert(Permission {
                operation: Operation::Read,
                object: read.object.get()?.value().clone(),
            });
        }
        for call in runtime.call.get()? {
            permissions.insert(Permission {
                operation: Operation::Call,
                object: call.object.get()?.value().clone(),
            });
        }
        Ok(permissions)
    }
}

fn decided_at_apply() -> Diagnostic {
    let detail = "The subjects of this split are not all known yet, so whether deploy and runtime are apart cannot be \
                  said now.\n\n\
                  It is decided when the apply run plans the split again, and refused then if they are not. To decide \
                  it in the plan, name the subjects in configuration.\n\n\
                  This is the provider's answer for this split alone, with what Terraform has shown it so far: Terraform \
                  shows a provider one resource at a time, and `portcullis check plan.json` judges the whole plan at \
                  once.\n\n\
                  separation-decided-at-apply";
    Diagnostic::warning("Separation is decided at apply", detail)
}

fn not_declared(key: &WorkloadKey) -> Diagnostic {
    let detail = format!(
        "The split is of the workload `{key}`; neither this configuration, as far as it is planned, nor the ledger \
         declares it.\n\n\
         Refer to it as `portcullis_workload_identity.<name>.id`, so that Terraform plans it first; or apply the \
         workspace that declares it.\n\n\
         workload-not-declared"
    );
    let path = Path::root().attribute("workload");
    Diagnostic::error("Workload is not declared", detail).at(path)
}
