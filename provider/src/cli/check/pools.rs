//! Whether the pools of a plan fit, and their bursts beside them.

use std::sync::Arc;

use portcullis_capacity::Demand;
use portcullis_model::{DeviceKey, Snapshot, Verdict};
use tfplugin::{Outcome, Stop};

use super::Answer;
use crate::cli::Failure;
use crate::cli::plan_file::{PlanFile, Planned};
use crate::clock::Clock;
use crate::judge::quota;
use crate::placing::Placing;
use crate::promised::Promised;
use crate::resources::{Change, GpuPool};

const QUESTION: &str = "capacity";

/// A pool of which everything is known.
struct Pool {
    address: String,
    change: Change,
    asked: Demand,
    burst: Option<Demand>,
    /// Whether steady copies or burst are others than they were.
    is_changed: bool,
}

impl Pool {
    fn of(planned: &Planned<GpuPool>, promised: &Promised) -> Outcome<Self> {
        let wants = |pool: &GpuPool| Ok::<_, Stop>((pool.demand()?, pool.burst_demand()?));
        let before = planned.before.as_ref().map(wants).transpose()?;
        let after = wants(&planned.after)?;
        let is_changed = before.as_ref() != Some(&after);
        let (asked, burst) = after;
        Ok(Self {
            address: planned.address.clone(),
            change: Change::between(planned.before.as_ref(), &planned.after, promised)?,
            asked,
            burst,
            is_changed,
        })
    }
}

/// Whether all pools fit together, and whether all bursts fit beside them at once. Sources are asked only when something is
/// asked for that a pool does not hold.
pub(super) fn judged(
    plan: &PlanFile,
    promised: &Promised,
    snapshot: impl FnOnce() -> Result<Arc<Snapshot>, Failure>,
) -> Result<Vec<Answer>, Failure> {
    let (mut answers, mut pools) = (Vec::new(), Vec::new());
    for planned in plan.resources::<GpuPool>()? {
        match Pool::of(&planned, promised) {
            Ok(pool) => pools.push(pool),
            Err(Stop::Deferred) => answers.push(Answer::undecided(planned.address, QUESTION)),
            Err(failed) => return Err(failed.into()),
        }
    }
    let is_settled = |pool: &Pool| pool.change.is_nothing() && !pool.is_changed;
    if pools.iter().all(is_settled) {
        let held = pools.into_iter();
        answers.extend(held.map(|pool| Answer::new(pool.address, QUESTION, Verdict::Fits(()))));
        return Ok(answers);
    }
    let snapshot = snapshot()?;
    let now = Clock.now();
    let mut placing = Placing::new(&snapshot, promised.standing()?);
    // The plan is judged by how it ends: what one pool gives back, any other may take, in whatever order they stand.
    for pool in &pools {
        placing.release(&pool.change.released);
    }
    for pool in &pools {
        let (verdict, placed) = match pool.change.demand(&snapshot, now) {
            Some(more) => match quota::place(&mut placing, &more, &pool.change.released) {
                Verdict::Fits(placed) => (Verdict::Fits(()), placed),
                Verdict::Cannot(reason) => (Verdict::Cannot(reason), Vec::new()),
                Verdict::Unknown(reason) => (Verdict::Unknown(reason), Vec::new()),
            },
            None => (Verdict::Fits(()), Vec::new()),
        };
        let firsts: Vec<DeviceKey> = pool.change.first_devices(&placed);
        placing.declare_burst(&pool.asked.pool, pool.burst.clone(), &firsts);
        answers.push(Answer::new(pool.address.clone(), QUESTION, verdict));
    }
    let bursting = pools.into_iter().filter(|pool| pool.burst.is_some());
    let bursts = quota::bursts(&placing);
    answers.extend(bursting.map(|pool| Answer::new(pool.address, "burst", bursts.clone())));
    Ok(answers)
}
