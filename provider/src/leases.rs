//! Keeping what an apply has reserved for as long as it runs.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use portcullis_ledger::Ledger;
use tokio::task::JoinHandle;

/// How often leases are renewed: a third of what they last.
const BETWEEN_RENEWALS: Duration = Duration::from_mins(10);

/// The pools that this run recorded. Their leases are renewed until it ends: a long apply keeps what it reserved first, and
/// one that crashed frees it.
#[derive(Debug)]
pub struct Leases {
    every: Duration,
    pools: Arc<Mutex<BTreeSet<String>>>,
    renewing: OnceLock<JoinHandle<()>>,
}

impl Default for Leases {
    fn default() -> Self {
        Self::renewed_every(BETWEEN_RENEWALS)
    }
}

impl Leases {
    fn renewed_every(every: Duration) -> Self {
        Self {
            every,
            pools: Arc::default(),
            renewing: OnceLock::new(),
        }
    }

    /// Renews the lease of a pool from now on.
    pub fn keep(&self, pool: &str, ledger: &Arc<dyn Ledger>) {
        lock(&self.pools).insert(pool.to_owned());
        self.renewing.get_or_init(|| {
            let (every, pools, ledger) = (self.every, Arc::clone(&self.pools), Arc::clone(ledger));
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(every).await;
                    let kept = lock(&pools).iter().cloned().collect();
                    // A ledger that cannot be written now is tried again: the lease outlasts two tries that fail.
                    if let Err(error) = ledger.renew(kept).await {
                        tracing::warn!(%error, "leases could not be renewed");
                    }
                }
            })
        });
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        if let Some(renewing) = self.renewing.get() {
            renewing.abort();
        }
    }
}

fn lock(pools: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    pools.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use portcullis_ledger::{Author, Device, Draft, Object, Sqlite};

    use super::*;

    #[tokio::test]
    async fn a_long_apply_keeps_its_devices_and_one_that_ended_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let author = Author {
            actor: "ci".to_owned(),
            run: "run-1".to_owned(),
        };
        let lease = Duration::from_secs(2);
        let sqlite = Sqlite::new(folder.path().join("ledger.db"), author).lease(lease);
        let ledger: Arc<dyn Ledger> = Arc::new(sqlite);
        let device = Device {
            key: "lab/n/0".to_owned(),
            replica: 0,
            node: "n".to_owned(),
            model: "H200".to_owned(),
            units: None,
        };
        let draft = Draft {
            object: Object::Pool(vec![device]),
            key: "scoring".to_owned(),
            owner: "team:a".to_owned(),
            fingerprint: "f".to_owned(),
            body: serde_json::Value::Null,
        };
        ledger.create(draft).await.unwrap();
        let leases = Leases::renewed_every(Duration::from_millis(400));
        leases.keep("scoring", &ledger);
        tokio::time::sleep(lease * 2).await;
        let expired = async || ledger.reservations().await.unwrap()[0].expired;
        assert!(!expired().await);
        drop(leases);
        tokio::time::sleep(lease + Duration::from_millis(500)).await;
        assert!(expired().await);
    }
}
