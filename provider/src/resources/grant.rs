//! `portcullis_grant`

use jiff::{SignedDuration, Timestamp};
use portcullis_ledger::{Kind, Object};
use portcullis_model::{
    Instant, Object as Target, Operation, Owner, Permission, Subject, WorkloadKey,
};
use tfplugin::field::{Computed, Required, Text};
use tfplugin::resource::Plan;
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Path, Report, Schema, Stop};

use crate::board::DeclaredGrant;
use crate::configured::Configured;
use crate::judge;
use crate::lifecycle::{Held, Recorded, recorded};
use crate::said::said;

/// How long before its end a plan begins to say that a grant ends.
const NOTICE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The kind of objects that are workloads.
const WORKLOAD: &str = "workload";

/// A permission that a subject is granted until a time, for a reason that somebody answers for.
///
/// It ends by itself: from that moment it counts for nothing, whether or not anybody runs Terraform; the next plan takes it out of
/// effect and says so, and plans say for 14 days before how many are left. An end is moved only together with the reason.
#[derive(Debug, Clone, Schema)]
pub struct Grant {
    /// Who is granted it, such as `user:bo` or `group:ml-oncall`.
    #[tf(replace)]
    pub subject: Required<Text<Subject>>,
    /// What may be done: `use`, `read`, `call`, or a verb over a workload such as `rollback` or `swap_model`.
    #[tf(replace)]
    pub operation: Required<Text<Operation>>,
    /// To what: `workload:<environment>/<name>` for verbs over a workload, otherwise an object such as
    /// `vault:secret/models/fraud` or `service:ledger-api`.
    #[tf(replace)]
    pub object: Required<Text<Target>>,
    /// Why, for whoever reviews it. A later `until` needs another reason.
    pub reason: Required<String>,
    /// Who answers for it, such as `team:risk-ml`.
    pub owner: Required<Text<Owner>>,
    /// When it ends, as an RFC 3339 time such as `2026-12-01T00:00:00Z`.
    pub until: Required<Text<Instant>>,
    /// Natural key: `<subject> <operation> <object>`.
    #[tf(identity)]
    pub id: Computed<String>,
    /// `active`, or `ended` once a plan found `until` in the past.
    pub state: Computed<String>,
}

recorded!(Grant, "grant");

impl Recorded for Grant {
    const KIND: Kind = Kind::Grant;

    fn check(&self, report: &mut Report) -> Outcome {
        let (operation, object) = (self.operation.get()?.value(), self.object.get()?.value());
        if matches!(operation, Operation::Deploy(_)) && workload(object).is_none() {
            let detail = format!(
                "Asked to grant `{operation}`, which is done to a workload, on `{object}`, which is none.\n\n\
                 Write `workload:<environment>/<name>`, such as \
                 `\"workload:${{portcullis_workload_identity.<name>.id}}\"`, as `object`.\n\n\
                 grant-not-of-a-workload"
            );
            let path = Path::root().attribute("object");
            report.error(path, "Verb is granted on what is no workload", detail);
        }
        Ok(())
    }

    fn complete(&mut self, provider: &Configured) -> Outcome {
        self.id.set_unknown(Refinement::not_null());
        self.state.set_unknown(Refinement::not_null());
        let has_ended = self.until.get()?.value().timestamp() <= provider.clock.now();
        self.state.set(if has_ended { "ended" } else { "active" });
        let (operation, object) = (self.operation.get()?, self.object.get()?);
        let id = format!(
            "{} {} {}",
            self.subject.get()?.value(),
            operation.value(),
            object.value()
        );
        self.id.set(id);
        Ok(())
    }

    fn key(&self) -> Outcome<String> {
        self.id.get()?.cloned().ok_or(Stop::Deferred)
    }

    fn owner(&self) -> Outcome<String> {
        Ok(self.owner.get()?.to_string())
    }

    async fn judge(plan: &mut Plan<Self>, provider: &Configured) -> Outcome {
        let now = provider.clock.now();
        let (until, change) = (
            plan.planned.until.get()?.value().timestamp(),
            plan.change()?,
        );
        if until <= now {
            plan.report.push(ended(until, now, change));
            return Ok(());
        }
        if change == Change::LaterSilently {
            plan.report.push(extended(plan, until));
        }
        if until.duration_since(now) <= NOTICE {
            plan.report.push(ends_soon(until, now));
        }
        let (key, owner) = (
            plan.planned.key()?,
            plan.planned.owner.get()?.value().clone(),
        );
        let declared = plan.planned.declaration()?;
        {
            let mut board = provider.board.lock();
            board.owners.insert(format!("grant {key}"), owner);
            board.grants.insert(key.clone(), declared);
        }
        let crossed = judge::separation::grant(&key, provider).await?;
        plan.report.extend(crossed);
        let broken = judge::duty::of_grant(&key, provider).await?;
        plan.report.extend(broken);
        Ok(())
    }

    fn object(&self, _: &Held) -> Outcome<Object> {
        Ok(Object::Grant)
    }

    fn check_id(id: &str) -> Outcome {
        let mut parts = id.splitn(3, ' ');
        let mut next = || parts.next().unwrap_or_default();
        next().parse::<Subject>().map_err(said)?;
        next().parse::<Operation>().map_err(said)?;
        next().parse::<Target>().map_err(said)?;
        Ok(())
    }
}

/// What a plan does to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// It is made.
    Made,
    /// Nothing that a practitioner wrote differs.
    Nothing,
    /// Something does.
    Something,
    /// It ends later, and for the reason that it had.
    LaterSilently,
}

/// What a plan of a grant knows of the change that it is.
trait Changed {
    fn change(&self) -> Outcome<Change>;
}

impl Changed for Plan<Grant> {
    fn change(&self) -> Outcome<Change> {
        let Some(prior) = &self.prior else {
            return Ok(Change::Made);
        };
        let planned = &self.planned;
        let (before, after) = (prior.until.get()?.value(), planned.until.get()?.value());
        let same_reason = prior.reason.get()? == planned.reason.get()?;
        Ok(if after > before && same_reason {
            Change::LaterSilently
        } else if before == after && same_reason && prior.owner()? == planned.owner()? {
            Change::Nothing
        } else {
            Change::Something
        })
    }
}

impl Grant {
    /// What it tells other resources about itself.
    ///
    /// # Errors
    /// Deferred while a part of that is unknown.
    pub fn declaration(&self) -> Outcome<DeclaredGrant> {
        let object = self.object.get()?.value().clone();
        Ok(DeclaredGrant {
            subject: self.subject.get()?.value().clone(),
            workload: workload(&object),
            permission: Permission {
                operation: *self.operation.get()?.value(),
                object,
            },
            until: self.until.get()?.value().timestamp(),
        })
    }
}

/// The workload that an object is.
fn workload(object: &Target) -> Option<WorkloadKey> {
    let is_workload = object.kind().as_str() == WORKLOAD;
    is_workload.then(|| object.path().parse().ok())?
}

fn at_until() -> Path {
    Path::root().attribute("until")
}

fn ended(until: Timestamp, now: Timestamp, change: Change) -> Diagnostic {
    let now = now.strftime("%FT%TZ");
    if change == Change::Nothing {
        let detail = format!(
            "The grant ended at {until}; it is {now} now. Since then it counts for nothing, and an apply records that it has \
             ended.\n\n\
             Remove the resource; or, if the access is needed again, set a later `until` and a `reason`.\n\n\
             grant-ended"
        );
        return Diagnostic::warning("Grant has ended", detail).at(at_until());
    }
    let detail = format!(
        "Asked for a grant until {until}; it is {now} now, so it would end before it begins.\n\n\
         Set `until` to a time in the future, or remove the resource.\n\n\
         grant-ended"
    );
    Diagnostic::error("Grant has ended", detail).at(at_until())
}

fn ends_soon(until: Timestamp, now: Timestamp) -> Diagnostic {
    let hours = until.duration_since(now).as_hours();
    let left = match hours / 24 {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let detail = format!(
        "The grant ends at {until}: {left} left. It ends by itself.\n\n\
         Nothing is to be done if the access is not needed longer. If it is, set a later `until`, with a `reason` for that.\n\n\
         grant-ends-soon"
    );
    Diagnostic::warning("Grant ends soon", detail).at(at_until())
}

fn extended(plan: &Plan<Grant>, until: Timestamp) -> Diagnostic {
    let prior = plan.prior.as_ref().and_then(|prior| prior.until.known());
    let before = prior.map(|before| before.value().to_string());
    let detail = format!(
        "Asked to let the grant last until {until}; it was granted until {}, and its `reason` is still the one that it was \
         granted for.\n\n\
         Say in `reason` why it is needed longer, so that whoever reviews the plan sees it; or leave `until` as it was.\n\n\
         grant-extended-silently",
        before.unwrap_or_default()
    );
    Diagnostic::error("Grant is extended without a new reason", detail).at(at_until())
}
