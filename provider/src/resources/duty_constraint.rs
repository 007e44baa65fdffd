//! `portcullis_duty_constraint`

use std::collections::BTreeSet;

use portcullis_ledger::{Kind, Object};
use portcullis_model::{Duty, Name, Owner, WorkloadKey};
use tfplugin::field::{Computed, Optional, Required, Text};
use tfplugin::resource::Plan;
use tfplugin::value::Refinement;
use tfplugin::{Outcome, Path, Report, Schema, Stop};

use crate::board::DeclaredConstraint;
use crate::configured::Configured;
use crate::judge;
use crate::lifecycle::{Held, Recorded, recorded};
use crate::policy::OnProblem;
use crate::said::said;

/// How many of some duties one subject may hold together (static separation of duty, INCITS 359), counted over everything that
/// any workspace declares: splits, grants and groups, and the groups and identities that connectors tell of.
#[derive(Debug, Clone, Schema)]
pub struct DutyConstraint {
    /// Name of the constraint, unique in the ledger: lower-case letters, digits and `-`.
    #[tf(replace)]
    pub name: Required<Text<Name>>,
    /// Who answers for it, such as `team:security`.
    pub owner: Required<Text<Owner>>,
    /// The duties that are counted: some of `deploy`, `runtime`, `provision`, `route`, `swap_model`, `credential`, `scale`,
    /// `grant`, `approve` and `audit`.
    pub duties: Required<BTreeSet<Text<Duty>>>,
    /// Most of them that one subject may hold, fewer than there are.
    pub at_most: Required<u32>,
    /// Count duties over this workload alone: the `id` of a `portcullis_workload_identity`. Over all together when left out.
    pub workload: Optional<Text<WorkloadKey>>,
    /// What a subject with more duties does to the plan: `error` or `warn`; `error` when left out.
    pub enforce: Optional<Text<OnProblem>>,
    /// What a group of unknown members, or a connector that does not answer, does to the plan: `error` or `warn`; `error`
    /// when left out.
    pub on_unknown: Optional<Text<OnProblem>>,
    /// Natural key: the name.
    #[tf(identity)]
    pub id: Computed<String>,
}

recorded!(DutyConstraint, "duty_constraint");

impl Recorded for DutyConstraint {
    const KIND: Kind = Kind::DutyConstraint;

    fn check(&self, report: &mut Report) -> Outcome {
        let (duties, at_most) = (self.duties.get()?.len(), *self.at_most.get()?);
        if at_most as usize >= duties {
            let detail = format!(
                "Asked that one subject hold at most {at_most} of {duties} duties, which nobody can break.\n\n\
                 Lower `at_most` below the number of `duties`, or name more of them.\n\n\
                 duty-constraint-idle"
            );
            let path = Path::root().attribute("at_most");
            report.error(path, "Duty constraint constrains nobody", detail);
        }
        Ok(())
    }

    fn complete(&mut self, _: &Configured) -> Outcome {
        self.id.set_unknown(Refinement::not_null());
        let name = self.name.get()?.to_string();
        self.id.set(name);
        Ok(())
    }

    fn key(&self) -> Outcome<String> {
        self.id.get()?.cloned().ok_or(Stop::Deferred)
    }

    fn owner(&self) -> Outcome<String> {
        Ok(self.owner.get()?.to_string())
    }

    async fn judge(plan: &mut Plan<Self>, provider: &Configured) -> Outcome {
        let (key, declared) = (plan.planned.key()?, plan.planned.declaration()?);
        provider
            .board
            .lock()
            .constraints
            .insert(key.clone(), declared);
        let said = judge::duty::of_constraint(&key, provider).await?;
        plan.report.extend(said);
        Ok(())
    }

    fn object(&self, _: &Held) -> Outcome<Object> {
        Ok(Object::DutyConstraint)
    }

    fn check_id(id: &str) -> Outcome {
        id.parse::<Name>().map_err(said)?;
        Ok(())
    }
}

impl DutyConstraint {
    /// What it tells other resources about itself.
    ///
    /// # Errors
    /// Deferred while a part of that is unknown.
    pub fn declaration(&self) -> Outcome<DeclaredConstraint> {
        let policy = |policy: Option<&Text<OnProblem>>| {
            policy.map_or_else(OnProblem::default, |text| *text.value())
        };
        let duties = self.duties.get()?.iter().map(|duty| *duty.value());
        Ok(DeclaredConstraint {
            duties: duties.collect(),
            at_most: *self.at_most.get()? as usize,
            workload: self.workload.get()?.map(|text| text.value().clone()),
            enforce: policy(self.enforce.get()?),
            on_unknown: policy(self.on_unknown.get()?),
        })
    }
}
