//! Asking every source once.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use portcullis_model::{DeviceSource, Name, Reason, Snapshot, SnapshotBuilder, SourceReport};
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// The sources of one run and, once somebody asked, what they said.
///
/// However many resources ask, each source is asked once and all see one snapshot.
#[derive(Debug, Default)]
pub struct Inventory {
    sources: Vec<(Arc<dyn DeviceSource>, Duration)>,
    snapshot: OnceCell<Arc<Snapshot>>,
}

impl Inventory {
    /// Adds a source and the time that it may take to answer.
    #[must_use]
    pub fn with(mut self, source: Arc<dyn DeviceSource>, budget: Duration) -> Self {
        self.sources.push((source, budget));
        self
    }

    /// The snapshot of this run; the first call asks all sources at once, as of its `now`.
    ///
    /// It takes as long as the slowest source, and at most the largest budget. A source that fails,
    /// panics or spends its budget is in the snapshot as unavailable, with the reason.
    pub async fn snapshot(&self, now: Timestamp) -> Arc<Snapshot> {
        self.snapshot.get_or_init(|| self.fetch(now)).await.clone()
    }

    async fn fetch(&self, now: Timestamp) -> Arc<Snapshot> {
        let asked: Vec<_> = self
            .sources
            .iter()
            .map(|(source, budget)| {
                let (source, budget) = (Arc::clone(source), *budget);
                let answer = tokio::spawn({
                    let source = Arc::clone(&source);
                    async move { timeout(budget, source.fetch(now)).await }
                });
                (source, budget, answer)
            })
            .collect();
        let mut builder = SnapshotBuilder::default();
        for (source, budget, answer) in asked {
            let name = source.name().clone();
            let answer: Result<SourceReport, Reason> = match answer.await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(too_slow(&name, budget)),
                Err(_) => Err(broken(&name)),
            };
            builder = match answer {
                Ok(report) => builder.report(name, report),
                Err(reason) => builder.unavailable(name, source.grade(), now, reason),
            };
        }
        Arc::new(builder.build())
    }
}

fn too_slow(name: &Name, budget: Duration) -> Reason {
    Reason {
        code: "source-timeout".into(),
        summary: "A GPU source took too long".into(),
        asked: format!("Asked source `{name}` for its GPUs."),
        found: format!("No answer within {} ms.", budget.as_millis()),
        remedy: "Check that the source is reachable, or raise `inventory.timeout`.".into(),
    }
}

fn broken(name: &Name) -> Reason {
    Reason {
        code: "source-broken".into(),
        summary: "A GPU source broke off".into(),
        asked: format!("Asked source `{name}` for its GPUs."),
        found: "It stopped in the middle of the answer because of a defect in its program.".into(),
        remedy: "Report the defect to the author of the source; leave the source out until then."
            .into(),
    }
}
