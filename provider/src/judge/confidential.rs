//! Verdicts on GPUs whose numbers nobody is shown.

use portcullis_capacity::Demand;
use portcullis_model::{Name, Reason, SourceState, SourceStatus};

use crate::configured::Configured;

/// The reason of a verdict as it may be shown. Where confidential connectors took part in it, what was found stays unsaid:
/// every number of it might be told apart from those that may be known.
pub(super) fn shown(reason: Reason, demand: &Demand, provider: &Configured) -> Reason {
    let asked = |name: &Name| demand.sources.is_empty() || demand.sources.contains(name);
    let hidden: Vec<String> = provider
        .confidential()
        .filter(|name| asked(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if hidden.is_empty() {
        return reason;
    }
    Reason {
        asked: format!(
            "Pool `{}` asks for {} GPUs, {} for each of its replicas.",
            demand.pool,
            demand.gpus(),
            demand.gpus_per_replica
        ),
        found: format!(
            "What was found is not shown, because connectors that it may take from are confidential: {}.",
            hidden.join(", ")
        ),
        remedy: "Ask for less, ask who runs these connectors, or name other connectors in `sources` to see what those have."
            .to_owned(),
        ..reason
    }
}

/// That a confidential connector did not tell everything; `None` when it did. Its own words may hold numbers.
pub(crate) fn incomplete(source: &SourceState) -> Option<Reason> {
    let (code, summary) = match &source.status {
        SourceStatus::Complete => return None,
        SourceStatus::Partial(reason) | SourceStatus::Unavailable(reason) => {
            (reason.code.clone(), reason.summary.clone())
        }
        SourceStatus::Stale { .. } => (
            "inventory-stale".to_owned(),
            "Inventory is stale".to_owned(),
        ),
    };
    Some(Reason {
        code,
        summary,
        asked: format!("Asked connector `{}` for its GPUs.", source.name),
        found: "What it said is not shown, because it is confidential.".to_owned(),
        remedy: "Ask who runs it, or set `confidential = false` where what it has may be known."
            .to_owned(),
    })
}
