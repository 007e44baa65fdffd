//! Does what a pool asks for exist, and is it free?

use portcullis_capacity::Demand;
use portcullis_model::{DeviceKey, GpuModel, Reason, Snapshot, SourceState, SourceStatus, Verdict};
use tfplugin::{Diagnostic, Outcome, Path};

use crate::configured::Configured;
use crate::judge::{confidential, quota};
use crate::placing::PlacedDevice;
use crate::policy::OnProblem;
use crate::said::said;
use crate::sources::CONFIG_UNKNOWN;

/// What problems with its capacity do to the plan, as far as a pool itself says; what the provider says otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct PoolPolicies {
    /// It does not fit.
    pub on_shortfall: Option<OnProblem>,
    /// It cannot be known whether it fits.
    pub on_unknown: Option<OnProblem>,
    /// It cannot be known, because an answer is too old.
    pub on_stale: Option<OnProblem>,
}

/// Finds devices for what a pool asks beyond what it keeps, among those that are free and that the pools planned before
/// left. The diagnostic, where there is one, is at the `gpu` block.
///
/// # Errors
/// When inventory or ledger cannot be had at all. Deferred while the provider's configuration is unknown.
pub async fn place(
    demand: Demand,
    released: &[DeviceKey],
    own: PoolPolicies,
    provider: &Configured,
) -> Outcome<Result<Vec<PlacedDevice>, Diagnostic>> {
    let snapshot = provider.shown().await;
    let mut placing = provider.placing().await?;
    let models = demand.models.clone();
    let (reason, policy) = match quota::place(&mut placing, &demand, released) {
        Verdict::Fits(placed) => return Ok(Ok(placed)),
        Verdict::Cannot(reason) => {
            let policy = own.on_shortfall.unwrap_or(provider.policies.on_shortfall);
            match misspelt(&models, &snapshot, policy) {
                Some(misspelt) => return Ok(Err(misspelt)),
                None => (reason, policy),
            }
        }
        Verdict::Unknown(reason) => {
            let policy = unknown_policy(&reason, placing.sources(), own, provider);
            (reason, policy)
        }
    };
    let reason = confidential::shown(reason, &demand, provider);
    let path = Path::root().attribute("gpu");
    Ok(Err(policy
        .diagnostic(&reason.summary, reason.detail())
        .at(path)))
}

/// The first model that nobody makes and no source reports, with the nearest name that somebody does: more likely a typo
/// than a wish. Asked only when the verdict is no, which it is only when every source that could matter told everything.
fn misspelt(models: &[GpuModel], snapshot: &Snapshot, policy: OnProblem) -> Option<Diagnostic> {
    models.iter().enumerate().find_map(|(index, model)| {
        let error = GpuModel::demanded(&model.to_string(), snapshot.models()).err()?;
        let told = said(error);
        let path = Path::root().attribute("gpu").attribute("models");
        Some(
            policy
                .diagnostic(&told.summary, told.detail)
                .at(path.index(index)),
        )
    })
}

/// What an unknown does to the plan. Where sources did not tell everything, the strictest policy of what is wrong with them
/// decides, and what only waits for configuration waits for apply; where they did, it is what they do not report, or a
/// search that gave up.
fn unknown_policy(
    reason: &Reason,
    sources: &[SourceState],
    own: PoolPolicies,
    provider: &Configured,
) -> OnProblem {
    let on_stale = own.on_stale.unwrap_or(provider.policies.on_stale);
    let on_unknown = own.on_unknown.unwrap_or(provider.policies.on_unknown);
    let of_sources = [
        "source-unavailable",
        "inventory-stale",
        "inventory-incomplete",
    ];
    if !of_sources.contains(&reason.code.as_str()) {
        return on_unknown;
    }
    let policies = sources.iter().filter_map(|source| match &source.status {
        SourceStatus::Unavailable(reason) if reason.code == CONFIG_UNKNOWN => Some(OnProblem::Warn),
        SourceStatus::Stale { .. } => Some(on_stale),
        _ => provider
            .policies
            .of(source)
            .map(|policy| own.on_unknown.unwrap_or(policy)),
    });
    // With every source as fresh as the provider wants it, it is the pool that wants it fresher.
    policies.min().unwrap_or(on_stale)
}
