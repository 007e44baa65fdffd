//! `portcullis_workload_identity`

use std::collections::BTreeSet;

use portcullis_ledger::{Kind, Object};
use portcullis_model::{
    Day, Environment, Instant, Name, Owner, SpiffeId, Subject, Ttl, WorkloadClass, WorkloadKey,
};
use tfplugin::field::{Computed, Optional, OptionalBlock, Required, Text};
use tfplugin::resource::{Action, Plan};
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Path, Schema};

use crate::board::Workload;
use crate::configured::Configured;
use crate::lifecycle::{Held, Recorded, recorded};
use crate::policy::OnProblem;
use crate::said::said;

/// Who an AI workload is: a model server, a training job, a batch job, an agent or support tooling, with an owner, a
/// purpose and a limit on how long its credentials live.
#[derive(Debug, Clone, Schema)]
pub struct WorkloadIdentity {
    /// Name of the workload, unique in its environment: lower-case letters, digits and `-`.
    #[tf(replace)]
    pub name: Required<Text<Name>>,
    /// What kind of workload it is: `serving`, `training`, `batch`, `agent` or `support`.
    pub class: Required<Text<WorkloadClass>>,
    /// Who answers for it, such as `team:risk-ml`.
    pub owner: Required<Text<Owner>>,
    /// What it is for, in a few words.
    pub purpose: Optional<String>,
    /// Where it runs, such as `production`; part of its SPIFFE ID.
    #[tf(replace)]
    pub environment: Required<Text<Environment>>,
    /// When it stops being valid, as an RFC 3339 time such as `2027-03-31T00:00:00Z`.
    pub expires_at: Optional<Text<Instant>>,
    /// The platform account that it runs as.
    pub subject: OptionalBlock<SubjectBlock>,
    /// Limits on its credentials.
    pub credentials: OptionalBlock<CredentialsBlock>,
    /// When somebody looks again whether it is still needed.
    pub review: OptionalBlock<ReviewBlock>,
    /// Natural key, `<environment>/<name>`; what other resources refer to.
    #[tf(identity)]
    pub id: Computed<String>,
    /// `spiffe://<trust domain>/<environment>/<name>`
    pub spiffe_id: Computed<String>,
}

/// The platform account that a workload runs as.
#[derive(Debug, Clone, Schema)]
pub struct SubjectBlock {
    /// Connector of the platform.
    pub connector: Required<Text<Name>>,
    /// Namespace of the service account.
    pub namespace: Required<String>,
    /// Service account.
    pub service_account: Required<String>,
}

/// Limits on the credentials of a workload.
#[derive(Debug, Clone, Schema)]
pub struct CredentialsBlock {
    /// Longest life of one credential, such as `15m`; at most the provider's `ttl_ceiling`.
    pub max_ttl: Required<Text<Ttl>>,
    /// Services that may accept its tokens.
    pub audiences: Optional<BTreeSet<String>>,
}

/// When somebody looks again whether a workload is still needed.
#[derive(Debug, Clone, Schema)]
pub struct ReviewBlock {
    /// Longest time between two reviews, such as `90d`.
    pub every: Required<Text<Ttl>>,
    /// Day of the latest review, such as `2026-11-02`.
    pub reviewed_on: Required<Text<Day>>,
    /// What an overdue review does to a plan: `error` or `warn`; `warn` when left out.
    pub on_lapse: Optional<Text<OnProblem>>,
}

recorded!(WorkloadIdentity, "workload_identity");

impl Recorded for WorkloadIdentity {
    const KIND: Kind = Kind::Identity;

    fn check(&self, _: &mut tfplugin::Report) -> Outcome {
        if let Some(block) = self.subject.get()? {
            block.subject()?;
        }
        Ok(())
    }

    fn complete(&mut self, provider: &Configured) -> Outcome {
        let domain = format!("spiffe://{}/", provider.trust_domain);
        self.id.set_unknown(Refinement::not_null());
        self.spiffe_id.set_unknown(Refinement::prefix(&domain));
        let environment = self.environment.get()?;
        self.id
            .set_unknown(Refinement::prefix(format!("{}/", environment.value())));
        self.spiffe_id.set_unknown(Refinement::prefix(format!(
            "{domain}{}/",
            environment.value()
        )));
        let key = self.workload_key()?;
        let spiffe_id = SpiffeId::workload(&provider.trust_domain, &key.environment, &key.name);
        self.id.set(key.to_string());
        self.spiffe_id.set(spiffe_id.to_string());
        Ok(())
    }

    fn key(&self) -> Outcome<String> {
        self.id.get()?.cloned().ok_or(tfplugin::Stop::Deferred)
    }

    fn owner(&self) -> Outcome<String> {
        Ok(self.owner.get()?.to_string())
    }

    async fn judge(plan: &mut Plan<Self>, provider: &Configured) -> Outcome {
        let declared = plan.planned.declaration();
        if let Some((key, workload)) = plan.report.absorb(declared) {
            provider.board.lock().workloads.insert(key, workload);
        }
        for judged in [
            plan.planned.ttl_holds(provider),
            plan.planned.is_current(plan.action(), provider),
            plan.planned.is_reviewed(provider),
        ] {
            if let Some(Some(diagnostic)) = plan.report.absorb(judged) {
                plan.report.push(diagnostic);
            }
        }
        Ok(())
    }

    fn object(&self, _: &Held) -> Outcome<Object> {
        Ok(Object::Identity)
    }

    fn check_id(id: &str) -> Outcome {
        id.parse::<WorkloadKey>().map_err(said)?;
        Ok(())
    }
}

impl WorkloadIdentity {
    fn workload_key(&self) -> Outcome<WorkloadKey> {
        let environment = self.environment.get()?.value().clone();
        Ok(WorkloadKey {
            environment,
            name: self.name.get()?.value().clone(),
        })
    }

    /// What it tells other resources about itself.
    ///
    /// # Errors
    /// Deferred while a part of that is unknown.
    pub fn declaration(&self) -> Outcome<(WorkloadKey, Workload)> {
        let mut subjects = BTreeSet::new();
        if let Some(id) = self.spiffe_id.get()? {
            subjects.insert(id.parse().map_err(said)?);
        }
        if let Some(block) = self.subject.get()? {
            subjects.insert(block.subject()?);
        }
        let owner = self.owner.get()?.value().clone();
        Ok((self.workload_key()?, Workload { owner, subjects }))
    }

    fn ttl_holds(&self, provider: &Configured) -> Outcome<Option<Diagnostic>> {
        let Some(credentials) = self.credentials.get()? else {
            return Ok(None);
        };
        let asked = *credentials.max_ttl.get()?.value();
        let ceiling = provider.ttl_ceiling;
        if asked <= ceiling {
            return Ok(None);
        }
        let detail = format!(
            "Asked for credentials that live up to `{asked}`; the provider's `ttl_ceiling` is `{ceiling}`.\n\n\
             Lower `max_ttl` to `{ceiling}` or less: a workload renews its credentials, so a short life costs it \
             nothing. Or raise `ttl_ceiling` in the provider's `credentials` block, for every identity.\n\n\
             ttl-over-ceiling"
        );
        let path = Path::root().attribute("credentials").attribute("max_ttl");
        Ok(Some(
            Diagnostic::error("Credential TTL is over the ceiling", detail).at(path),
        ))
    }

    fn is_current(&self, action: Action, provider: &Configured) -> Outcome<Option<Diagnostic>> {
        let Some(expires_at) = self.expires_at.get()? else {
            return Ok(None);
        };
        let now = provider.clock.now();
        if expires_at.timestamp() > now {
            return Ok(None);
        }
        // One that exists must stay plannable: somebody has to be able to remove or extend it.
        let policy = match action {
            Action::Create => OnProblem::Error,
            Action::Update => OnProblem::Warn,
        };
        let detail = format!(
            "The identity expires at {}; it is {} now.\n\n\
             Move `expires_at` into the future if the workload is still needed; otherwise remove the resource.\n\n\
             identity-expired",
            expires_at.value(),
            now.strftime("%FT%TZ"),
        );
        let path = Path::root().attribute("expires_at");
        Ok(Some(
            policy
                .diagnostic("Workload identity has expired", detail)
                .at(path),
        ))
    }

    fn is_reviewed(&self, provider: &Configured) -> Outcome<Option<Diagnostic>> {
        let Some(review) = self.review.get()? else {
            return Ok(None);
        };
        let (every, reviewed_on) = (review.every.get()?, review.reviewed_on.get()?);
        let due = reviewed_on.after(*every.value());
        let today = Day::of(provider.clock.now());
        if today <= due {
            return Ok(None);
        }
        let policy = review
            .on_lapse
            .get()?
            .map_or(OnProblem::Warn, |policy| *policy.value());
        let detail = format!(
            "The identity is to be reviewed every `{}`; it was reviewed on {}, so a review was due on {due}, and it is \
             {today} now.\n\n\
             Look whether the workload, its owner and its access are still right, then set `reviewed_on` to the day \
             you did.\n\n\
             review-overdue",
            every.value(),
            reviewed_on.value(),
        );
        let path = Path::root().attribute("review").attribute("reviewed_on");
        Ok(Some(
            policy
                .diagnostic("Review of a workload identity is overdue", detail)
                .at(path),
        ))
    }
}

impl SubjectBlock {
    fn subject(&self) -> Outcome<Subject> {
        let (connector, namespace) = (self.connector.get()?, self.namespace.get()?);
        let text = format!(
            "sa:{}/{namespace}/{}",
            connector.value(),
            self.service_account.get()?
        );
        let subject = text
            .parse()
            .map_err(|error| said(error).at(Path::root().attribute("subject")));
        Ok(subject?)
    }
}
