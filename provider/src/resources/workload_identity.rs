//! `portcullis_workload_identity`

use std::collections::{BTreeMap, BTreeSet};

use portcullis_ledger::{Kind, Object};
use portcullis_model::{
    Day, Environment, Instant, Name, Owner, SpiffeId, Subject, Ttl, WorkloadClass, WorkloadKey,
};
use serde_json::{Value as Json, json};
use tfplugin::field::{Computed, LabelledBlocks, Optional, OptionalBlock, Required, Text};
use tfplugin::resource::{Action, Plan};
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Path, Schema};

use crate::board::Workload;
use crate::configured::Configured;
use crate::lifecycle::{Held, Recorded, recorded};
use crate::policy::OnProblem;
use crate::realize::{PlannedObject, Realized};
use crate::resources::TargetBlock;
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
    /// The platform account that it runs as, where somebody else keeps it.
    pub subject: OptionalBlock<SubjectBlock>,
    /// A connector that keeps an account for it on its platform, by the connector's label.
    pub target: LabelledBlocks<TargetBlock>,
    /// Limits on its credentials.
    pub credentials: OptionalBlock<CredentialsBlock>,
    /// When somebody looks again whether it is still needed.
    pub review: OptionalBlock<ReviewBlock>,
    /// Why it may be removed although something of it still works: what was left then stays, and the reason is recorded. Has
    /// to be applied before the removal.
    pub force_reason: Optional<String>,
    /// Natural key, `<environment>/<name>`; what other resources refer to.
    #[tf(identity)]
    pub id: Computed<String>,
    /// `spiffe://<trust domain>/<environment>/<name>`
    pub spiffe_id: Computed<String>,
    /// What connectors keep for it, by the connector's label.
    pub realized: Computed<Realized>,
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
    const OBJECT: Option<&'static str> = Some("identity");

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
        let declared = plan.planned.declaration(&plan.private.planned);
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

    async fn attributes(&self, _: &Name, provider: &Configured) -> Outcome<Json> {
        let (mut ttl, mut audiences) = (provider.ttl_ceiling, None);
        if let Some(credentials) = self.credentials.get()? {
            ttl = *credentials.max_ttl.get()?.value();
            audiences = credentials.audiences.get()?;
        }
        let expires_at = self.expires_at.get()?;
        Ok(json!({
            "spiffe_id": self.spiffe_id.get()?,
            "owner": self.owner.get()?.to_string(),
            "class": self.class.get()?.to_string(),
            "purpose": self.purpose.get()?,
            "max_ttl_seconds": ttl.seconds(),
            "audiences": audiences.cloned().unwrap_or_default(),
            "expires_at": expires_at.map(|at| at.timestamp().as_second()),
        }))
    }

    fn applied(&self, provider: &Configured) {
        if let Ok((key, workload)) = self.declaration(&[]) {
            provider.board.lock().workloads.insert(key, workload);
        }
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

    /// What it tells other resources about itself, with the accounts that connectors keep for it or, by `planned`, will
    /// keep.
    ///
    /// # Errors
    /// Deferred while a part of that is unknown.
    pub fn declaration(&self, planned: &[PlannedObject]) -> Outcome<(WorkloadKey, Workload)> {
        let mut subjects = BTreeSet::new();
        if let Some(id) = self.spiffe_id.get()? {
            subjects.insert(id.parse().map_err(said)?);
        }
        if let Some(block) = self.subject.get()? {
            subjects.insert(block.subject()?);
        }
        let (accounts, is_undecided) = self.accounts(planned);
        subjects.extend(
            accounts
                .iter()
                .filter_map(|(name, account)| subject(name, account)),
        );
        let owner = self.owner.get()?.value().clone();
        let expires_at = self.expires_at.known().map(|end| end.value().timestamp());
        let workload = Workload {
            owner,
            subjects,
            accounts,
            is_undecided,
            expires_at,
        };
        Ok((self.workload_key()?, workload))
    }

    /// The accounts that connectors keep or will keep for it, and whether some are not known yet.
    fn accounts(&self, planned: &[PlannedObject]) -> (BTreeMap<Name, String>, bool) {
        let mut accounts = BTreeMap::new();
        let Ok(targets) = self.target.get() else {
            return (accounts, true);
        };
        let mut is_undecided = false;
        for (label, _) in targets {
            let kept = self
                .realized
                .known()
                .and_then(|realized| realized.get(label));
            let kept = kept.and_then(|realization| realization.account());
            let later = planned.iter().find(|object| object.connector == label);
            let account = later.and_then(PlannedObject::account).or(kept);
            match (label.parse(), account) {
                (Ok(name), Some(account)) => drop(accounts.insert(name, account.to_owned())),
                _ => is_undecided = true,
            }
        }
        (accounts, is_undecided)
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

/// The subject that an account in the words of its connector is; `None` for one that no declaration can name, which paths are
/// then not asked for.
fn subject(connector: &Name, account: &str) -> Option<Subject> {
    let own = account
        .strip_prefix("sa:")
        .filter(|path| path.matches('/').count() == 1);
    match own {
        Some(path) => format!("sa:{connector}/{path}").parse().ok(),
        None => account.parse().ok(),
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
