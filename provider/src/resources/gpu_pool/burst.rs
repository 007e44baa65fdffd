//! `burst` of a pool: more copies for a time.

use portcullis_model::{DeviceKey, Ttl};
use tfplugin::field::{Optional, Required, Text};
use tfplugin::resource::Plan;
use tfplugin::{Outcome, Schema};

use super::GpuPool;
use crate::configured::Configured;
use crate::judge as judges;
use crate::lifecycle::Choice;
use crate::policy::OnProblem;

/// More copies for a time.
#[derive(Debug, Clone, Schema)]
pub struct Burst {
    /// Copies at the peak, the steady ones of `replicas` among them.
    pub replicas_max: Required<u32>,
    /// How long a peak lasts at most, such as `2h`. Bursts are held to overlap, however short: nobody says when one begins.
    pub r#for: Required<Text<Ttl>>,
    /// What a burst that does not fit, or of which that cannot be known, does to the plan: `error` or `warn`; `warn` when
    /// left out.
    pub on_shortfall: Optional<Text<OnProblem>>,
}

/// Declares the burst of the pool beside the devices that it is to hold, and says what is wrong with the bursts of this
/// run. Only the change is checked: a pool that stays as it is declares its burst and is told nothing.
pub(super) async fn judge(
    plan: &mut Plan<GpuPool>,
    choice: &[Choice],
    provider: &Configured,
) -> Outcome {
    let asked = plan.planned.demand()?;
    let burst = plan.planned.burst_demand()?;
    let before = match &plan.prior {
        Some(prior) => Some((prior.demand()?, prior.burst_demand()?)),
        None => None,
    };
    let policy = plan.planned.on_burst_shortfall()?;
    let firsts = choice.chunk_by(|one, other| one.replica == other.replica);
    let firsts: Vec<DeviceKey> = firsts
        .filter_map(|devices| devices.first()?.key.parse().ok())
        .collect();
    let mut placing = provider.placing().await?;
    placing.declare_burst(&asked.pool, burst.clone(), &firsts);
    let now = (asked, burst);
    if !placing.bursting() || before.as_ref() == Some(&now) {
        return Ok(());
    }
    let (asked, burst) = now;
    let told = judges::burst::told(&placing, &burst.unwrap_or(asked), policy, provider);
    if let Some(told) = told {
        plan.report.push(told);
    }
    Ok(())
}
