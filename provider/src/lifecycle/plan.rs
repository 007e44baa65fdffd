//! Planning: every choice is made here, in `terraform plan` and again in the apply run right before apply.

use portcullis_ledger::{Error, Record, failpoint};
use tfplugin::Outcome;
use tfplugin::resource::{Action, Destroy, Plan};

use crate::configured::Configured;
use crate::lifecycle::Recorded;
use crate::lifecycle::draft::fingerprint;
use crate::realize;
use crate::said::said;

/// Plans one resource.
///
/// 1. What follows from the configuration alone is filled in.
/// 2. The ledger says whether the natural key is free.
/// 3. The connectors of its targets say what they would do.
/// 4. The resource is declared to the others of this plan and judged with them, against inventory and ledger.
/// 5. The configured checks have their say.
///
/// # Errors
/// Why the plan must not go on. What is unknown defers the step that needs it, never the plan.
pub async fn plan<R: Recorded>(plan: &mut Plan<R>, provider: &Configured) -> Outcome {
    failpoint::hit("plan.entry");
    let completed = plan.planned.complete(provider);
    plan.report.absorb(completed);
    if plan.action() == Action::Create {
        match own_record::<R>(&plan.planned, provider) {
            // What replaces it deletes it first, under this number: core hands this private state to the deletion.
            Some(incarnation) => plan.private.incarnation = incarnation,
            None => {
                let free = key_is_free(&plan.planned, provider).await;
                plan.report.absorb(free);
            }
        }
    }
    plan.private.choice = None;
    let realized = realize::plan(plan, provider).await;
    plan.report.absorb(realized);
    let judged = R::judge(plan, provider).await;
    plan.report.absorb(judged);
    let checked = provider.checks.judge(plan, provider).await;
    plan.report.absorb(checked);
    plan.report.extend(provider.rebuilt());
    failpoint::hit("plan.before_reply");
    Ok(())
}

/// The record under the planned key, when this state holds it: what is planned as new replaces it.
fn own_record<R: Recorded>(planned: &R, provider: &Configured) -> Option<u64> {
    provider.seen.held(R::KIND, &planned.key().ok()?)
}

/// Refuses at plan a create that apply would refuse: the natural key belongs to a record that is not this one's to
/// adopt.
async fn key_is_free<R: Recorded>(planned: &R, provider: &Configured) -> Outcome {
    let key = planned.key()?;
    let Some(record) = provider.ledger.get(R::KIND, &key).await.map_err(said)? else {
        return Ok(());
    };
    if is_left_over(&record, &planned.owner()?, &fingerprint(planned)?) {
        return Ok(());
    }
    let Record {
        kind,
        key,
        owner,
        created_at,
        acknowledged,
        ..
    } = record;
    Err(said(Error::Exists {
        kind,
        key,
        owner,
        created_at,
        acknowledged,
        this_run: false,
    })
    .into())
}

/// Whether an interrupted apply of the same configuration left the record.
fn is_left_over(record: &Record, owner: &str, fingerprint: &str) -> bool {
    !record.acknowledged && record.owner == owner && record.fingerprint == fingerprint
}

/// Plans a removal, and says what it will find on the platforms. Nothing that is recorded stands in the way of one.
///
/// # Errors
/// None.
pub async fn plan_destroy<R: Recorded>(destroy: &mut Destroy<R>, provider: &Configured) -> Outcome {
    failpoint::hit("plan.entry");
    realize::foresee(destroy, provider).await;
    Ok(())
}
