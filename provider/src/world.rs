//! The GPUs of the world, as far as this run has seen them.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use portcullis_inventory::{Cached, Inventory, Seen, SnapshotCache};
use portcullis_model::{Name, Reason, Snapshot, SourceStatus};
use tokio::sync::OnceCell;

/// The GPUs of the world: asked for at most once per run however many resources ask, and taken from what an earlier run
/// left on disk where the provider block allows that.
///
/// What was left on disk serves until something rests on it that must not: a refusal, or a reservation. From then on the
/// sources are asked, see docs/decisions/2026-11-23-snapshot-cache.md.
#[derive(Debug)]
pub(crate) struct World {
    inventory: Inventory,
    /// How old an observation may be.
    max_age: Option<SignedDuration>,
    cache: Option<SnapshotCache>,
    /// Whether only what the sources say now counts.
    fresh: AtomicBool,
    cached: OnceCell<Option<Seen>>,
    asked: OnceCell<Seen>,
    /// What is wrong with the file on disk, until it is said.
    damaged: Mutex<Option<Reason>>,
}

impl World {
    /// Nothing is asked yet. With a confidential source nothing is kept on disk: its numbers are nobody's to read there.
    pub(crate) fn new(
        inventory: Inventory,
        max_age: Option<SignedDuration>,
        cache: Option<SnapshotCache>,
    ) -> Self {
        let cache = cache.filter(|_| inventory.confidential().next().is_none());
        Self {
            inventory,
            max_age,
            cache,
            fresh: AtomicBool::new(false),
            cached: OnceCell::new(),
            asked: OnceCell::new(),
            damaged: Mutex::default(),
        }
    }

    /// The connectors whose numbers nobody is shown.
    pub(crate) fn confidential(&self) -> impl Iterator<Item = &Name> {
        self.inventory.confidential()
    }

    /// Whether nobody is shown what that source has.
    pub(crate) fn is_confidential(&self, source: &Name) -> bool {
        self.inventory.is_confidential(source)
    }

    /// What is seen now, judged by age.
    pub(crate) async fn seen(&self, now: Timestamp) -> &Seen {
        if !self.fresh.load(Ordering::Acquire)
            && let Some(cached) = self.cached(now).await
        {
            return cached;
        }
        self.asked.get_or_init(|| self.ask(now)).await
    }

    /// Whether what [`World::seen`] says was left by an earlier run.
    pub(crate) fn is_from_cache(&self) -> bool {
        let cached = self.cached.get().is_some_and(Option::is_some);
        cached && !self.fresh.load(Ordering::Acquire)
    }

    /// From here on only what the sources say now counts.
    pub(crate) fn renew(&self) {
        self.fresh.store(true, Ordering::Release);
    }

    /// What to say of a file that was passed over. Said once.
    pub(crate) fn take_damaged(&self) -> Option<Reason> {
        let mut damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        damaged.take()
    }

    async fn cached(&self, now: Timestamp) -> Option<&Seen> {
        let cache = self.cache.clone()?;
        let read = || async {
            match on_disk(move || cache.read(now)).await {
                Cached::Young(snapshot) => Some(self.judged(Seen::open(*snapshot), now)),
                Cached::Nothing => None,
                Cached::Damaged(reason) => {
                    let damaged = self.damaged.lock();
                    *damaged.unwrap_or_else(PoisonError::into_inner) = Some(reason);
                    None
                }
            }
        };
        self.cached.get_or_init(read).await.as_ref()
    }

    async fn ask(&self, now: Timestamp) -> Seen {
        let seen = self.inventory.seen(now).await.clone();
        if let Some(cache) = self.cache.clone().filter(|_| is_complete(&seen.all)) {
            let all = seen.all.clone();
            // Without a file the next run asks again, which is what it would have done anyway.
            let _ = on_disk(move || cache.write(&all)).await;
        }
        self.judged(seen, now)
    }

    fn judged(&self, seen: Seen, now: Timestamp) -> Seen {
        match self.max_age {
            Some(max_age) => seen.judge_age(now, max_age),
            None => seen,
        }
    }
}

/// A source that did not tell everything is asked again by the next run: it may tell more.
fn is_complete(snapshot: &Snapshot) -> bool {
    let mut sources = snapshot.sources().iter();
    sources.all(|source| source.status == SourceStatus::Complete)
}

async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
