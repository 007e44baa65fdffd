//! `separation {}` of a split.

use std::collections::BTreeSet;

use portcullis_model::{Instant, Subject, Through};
use tfplugin::field::{BlockList, Optional, Required, Text};
use tfplugin::{Outcome, Path, Report, Schema};

use super::PermissionSplit;

use crate::board::Mediation;
use crate::policy::{OnProblem, Strictness};
use crate::resources::{Justification, PathStep};

/// How strictly the two sides are kept apart.
#[derive(Debug, Clone, Schema)]
pub struct SeparationBlock {
    /// What a subject on both sides does to the plan: `error`, `warn`, or `off`, which asks nobody; `error` when left out.
    pub enforce: Optional<Text<Strictness>>,
    /// Which paths are looked through: `groups`, `role_chaining` (taking on another identity), `pod_identity` (deciding what
    /// runs as one), `trust_edits` (changing who may take one on), `secrets` (reading its credentials) and `grants` (granting
    /// oneself permissions); all of them when left out.
    pub through: Optional<BTreeSet<Text<Through>>>,
    /// What a group of unknown members, or a connector that does not answer, does to the plan: `error` or `warn`; `error`
    /// when left out.
    pub on_unknown: Optional<Text<OnProblem>>,
    /// A step of a path that somebody stands behind, because an approval, a reviewed pipeline or an admission rule stands
    /// between. Nothing but this step is set aside, every plan names it, and what is unknown stays unknown.
    pub mediation: BlockList<MediationBlock>,
}

/// A step of a path that somebody stands behind.
#[derive(Debug, Clone, Schema)]
pub struct MediationBlock {
    /// The step, as the diagnostic prints it: `sa:cluster/infer/ci --creates deployments in infer--> any service account in infer`.
    pub step: Required<Text<PathStep>>,
    /// What stands between, and why that is enough: a sentence for whoever reviews the plan, of 16 to 500 characters.
    pub justification: Required<Text<Justification>>,
    /// Who approved it, such as `user:ana` or `group:security`; nobody who deploys the workload.
    pub approved_by: Required<Text<Subject>>,
    /// When it ends, as an RFC 3339 time such as `2027-03-31T00:00:00Z`; from then on the step counts again. Without it the
    /// step is set aside until the block is removed.
    pub until: Optional<Text<Instant>>,
}

impl MediationBlock {
    /// The same as it is judged.
    ///
    /// # Errors
    /// Deferred while a part of it is unknown.
    pub(super) fn declaration(&self) -> Outcome<Mediation> {
        Ok(Mediation {
            step: self.step.get()?.value().step().clone(),
            justification: self.justification.get()?.value().to_string(),
            approved_by: self.approved_by.get()?.value().clone(),
            until: self.until.get()?.map(|until| until.value().timestamp()),
        })
    }
}

/// Refuses an exception that is approved by whoever it is for.
pub(super) fn check(split: &PermissionSplit, report: &mut Report) -> Outcome {
    let Some(block) = split.separation.get()? else {
        return Ok(());
    };
    let deploy = split.deploy.get()?.subjects.get()?;
    for mediation in block.mediation.get()? {
        let approver = mediation.approved_by.get()?.value();
        if deploy.iter().any(|subject| subject.value() == approver) {
            let detail = format!(
                "`approved_by` is `{approver}`, which is under `deploy` of the same split: whoever ships the workload would approve \
                 their own way around the separation.\n\n\
                 Have it approved by somebody who does not deploy this workload.\n\n\
                 mediation-approved-by-deploy"
            );
            let path = Path::root().attribute("separation").attribute("mediation");
            report.error(path, "Mediation is approved by who deploys", detail);
        }
    }
    Ok(())
}
