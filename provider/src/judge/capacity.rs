//! Does what a pool asks for exist, and is it free?

use portcullis_capacity::Demand;
use portcullis_model::{DeviceKey, GpuModel, Snapshot, SourceState, SourceStatus, Verdict};
use tfplugin::{Diagnostic, Outcome, Path};

use crate::configured::Configured;
use crate::judge::quota;
use crate::placing::PlacedDevice;
use crate::policy::OnProblem;
use crate::said::said;
use crate::sources::CONFIG_UNKNOWN;

/// Finds devices for what a pool asks beyond what it keeps, among those that are free and that the pools planned before
/// left. The diagnostic, where there is one, is at the `gpu` block.
///
/// # Errors
/// When inventory or ledger cannot be had at all. Deferred while the provider's configuration is unknown.
pub async fn place(
    demand: Demand,
    released: &[DeviceKey],
    on_shortfall: OnProblem,
    provider: &Configured,
) -> Outcome<Result<Vec<PlacedDevice>, Diagnostic>> {
    let snapshot = provider.snapshot().await;
    let mut placing = provider.placing().await?;
    let models = demand.models.clone();
    let (reason, policy) = match quota::place(&mut placing, &demand, released) {
        Verdict::Fits(placed) => return Ok(Ok(placed)),
        Verdict::Cannot(reason) => match misspelt(&models, &snapshot, on_shortfall) {
            Some(misspelt) => return Ok(Err(misspelt)),
            None => (reason, on_shortfall),
        },
        Verdict::Unknown(reason) => {
            let policy = unknown_policy(placing.sources(), provider);
            (reason, policy)
        }
    };
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

/// What an unknown does to the plan: it waits for apply when only configuration is missing, else the strictest policy of
/// what is wrong with the sources decides.
fn unknown_policy(sources: &[SourceState], provider: &Configured) -> OnProblem {
    let policies = sources.iter().filter_map(|source| match &source.status {
        SourceStatus::Unavailable(reason) if reason.code == CONFIG_UNKNOWN => Some(OnProblem::Warn),
        _ => provider.policies.of(source),
    });
    policies.min().unwrap_or_default()
}
