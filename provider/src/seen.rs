//! Which records Terraform is known to have.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use portcullis_ledger::{Kind, Ledger, Record, Seen};

/// The records that this run wrote for Terraform or read for its state.
///
/// When core shuts the provider down in order it has received every reply, so they are acknowledged then, in one
/// transaction; after a crash they are not, and the next run can tell. See docs/decisions/2026-11-23-two-plans.md.
#[derive(Debug, Default)]
pub struct SeenRecords(Mutex<BTreeMap<(Kind, String), u64>>);

impl SeenRecords {
    /// Notes a record whose reply core is about to get.
    pub fn note(&self, record: &Record) {
        if !record.acknowledged {
            self.lock()
                .insert((record.kind, record.key.clone()), record.incarnation);
        }
    }

    /// Acknowledges what was noted. The ledger may be read-only in a planning run, so failing is no error: the next run
    /// that may write catches up.
    pub async fn acknowledge(&self, ledger: &dyn Ledger) {
        let noted = std::mem::take(&mut *self.lock());
        if noted.is_empty() {
            return;
        }
        let seen = noted
            .into_iter()
            .map(|((kind, key), incarnation)| Seen {
                kind,
                key,
                incarnation,
            })
            .collect();
        if let Err(error) = ledger.acknowledge(seen).await {
            tracing::info!(%error, "records could not be acknowledged");
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Kind, String), u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
