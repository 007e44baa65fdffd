//! Asking every source once.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use portcullis_model::{
    DeviceSource, Grade, Name, Reason, Snapshot, SnapshotBuilder, SourceReport,
};
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// The sources of one run and, once somebody asked, what they said.
///
/// However many resources ask, each source is asked once and all see one snapshot.
#[derive(Debug, Default)]
pub struct Inventory {
    sources: Vec<Entry>,
    seen: OnceCell<Seen>,
}

/// A source, how long it may take to answer, and whether what it has may be shown.
#[derive(Debug)]
struct Entry {
    source: Arc<dyn DeviceSource>,
    budget: Duration,
    confidential: bool,
}

/// What the sources of one run said.
#[derive(Clone, Debug)]
pub struct Seen {
    /// All of it: what verdicts rest on.
    pub all: Arc<Snapshot>,
    /// The same without the confidential sources: what may be shown.
    pub open: Arc<Snapshot>,
}

impl Seen {
    /// What may all be shown.
    #[must_use]
    pub fn open(snapshot: Snapshot) -> Self {
        let all = Arc::new(snapshot);
        let open = Arc::clone(&all);
        Self { all, open }
    }

    /// The same with sources marked stale that were seen longer ago than `max_age`.
    #[must_use]
    pub fn judge_age(self, now: Timestamp, max_age: SignedDuration) -> Self {
        let Self { all, open } = self;
        let judged = |seen: Arc<Snapshot>| Arc::unwrap_or_clone(seen).judge_age(now, max_age);
        if Arc::ptr_eq(&all, &open) {
            // A million devices are not copied where nobody else looks at them.
            drop(open);
            return Self::open(judged(all));
        }
        Self {
            all: Arc::new(judged(all)),
            open: Arc::new(judged(open)),
        }
    }
}

/// What one source answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The source.
    pub name: Name,
    /// How far its numbers can be trusted at best.
    pub grade: Grade,
    /// What it has, or why it did not say.
    pub told: Result<SourceReport, Reason>,
}

impl Inventory {
    /// Adds a source and the time that it may take to answer.
    #[must_use]
    pub fn with(mut self, source: Arc<dyn DeviceSource>, budget: Duration) -> Self {
        self.sources.push(Entry {
            source,
            budget,
            confidential: false,
        });
        self
    }

    /// Adds a source that verdicts may rest on and whose numbers nobody is shown.
    #[must_use]
    pub fn with_confidential(mut self, source: Arc<dyn DeviceSource>, budget: Duration) -> Self {
        self.sources.push(Entry {
            source,
            budget,
            confidential: true,
        });
        self
    }

    /// The sources whose numbers nobody is shown.
    pub fn confidential(&self) -> impl Iterator<Item = &Name> {
        let confidential = self.sources.iter().filter(|entry| entry.confidential);
        confidential.map(|entry| entry.source.name())
    }

    /// Whether nobody is shown what that source has.
    #[must_use]
    pub fn is_confidential(&self, source: &Name) -> bool {
        self.confidential().any(|name| name == source)
    }

    /// The snapshot of this run; the first call asks all sources at once, as of its `now`.
    ///
    /// It takes as long as the slowest source, and at most the largest budget. A source that fails,
    /// panics or spends its budget is in the snapshot as unavailable, with the reason.
    pub async fn snapshot(&self, now: Timestamp) -> Arc<Snapshot> {
        Arc::clone(&self.seen(now).await.all)
    }

    /// The snapshot of this run, and what of it may be shown; asked once, as [`Inventory::snapshot`] does.
    pub async fn seen(&self, now: Timestamp) -> &Seen {
        self.seen.get_or_init(|| self.see(now)).await
    }

    async fn see(&self, now: Timestamp) -> Seen {
        let answers = self.ask(now).await;
        let open = self.sources.iter().any(|entry| entry.confidential);
        let open = open.then(|| {
            let answers = answers.iter();
            let answers = answers.filter(|answer| !self.is_confidential(&answer.name));
            Arc::new(packed(answers.cloned(), now))
        });
        let all = Arc::new(packed(answers, now));
        Seen {
            open: open.unwrap_or_else(|| Arc::clone(&all)),
            all,
        }
    }

    /// Asks all sources at once, whether or not they were asked before.
    pub async fn ask(&self, now: Timestamp) -> Vec<Answer> {
        let asked: Vec<_> = self
            .sources
            .iter()
            .map(|Entry { source, budget, .. }| {
                let (source, budget) = (Arc::clone(source), *budget);
                let answer = tokio::spawn({
                    let source = Arc::clone(&source);
                    async move { timeout(budget, source.fetch(now)).await }
                });
                (source, budget, answer)
            })
            .collect();
        let mut answers = Vec::with_capacity(asked.len());
        for (source, budget, answer) in asked {
            let name = source.name().clone();
            let told = match answer.await {
                Ok(Ok(told)) => told,
                Ok(Err(_)) => Err(too_slow(&name, budget)),
                Err(_) => Err(broken(&name)),
            };
            answers.push(Answer {
                name,
                grade: source.grade(),
                told,
            });
        }
        answers
    }
}

fn packed(answers: impl IntoIterator<Item = Answer>, now: Timestamp) -> Snapshot {
    let builder = SnapshotBuilder::default();
    let answers = answers.into_iter();
    let builder = answers.fold(builder, |builder, answer| match answer.told {
        Ok(report) => builder.report(answer.name, report),
        Err(reason) => builder.unavailable(answer.name, answer.grade, now, reason),
    });
    builder.build()
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
