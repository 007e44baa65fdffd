//! Which records Terraform is known to have.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use portcullis_ledger::{Kind, Ledger, Record, Seen};

/// The records that this run wrote for Terraform or read for its state.
///
/// When core shuts the provider down in order it has received every reply, so they are acknowledged then, in one
/// transaction; after a crash they are not, and the next run can tell. See docs/decisions/2026-11-23-two-plans.md.
#[derive(Debug, Default)]
pub struct SeenRecords(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    /// Those to acknowledge, with the incarnation that is meant.
    unacknowledged: BTreeMap<(Kind, String), u64>,
    /// Those that this state holds, with the incarnation that it knows.
    held: BTreeMap<(Kind, String), u64>,
}

impl SeenRecords {
    /// Notes a record whose reply core is about to get.
    pub fn note(&self, record: &Record) {
        let key = (record.kind, record.key.clone());
        let mut noted = self.lock();
        noted.held.insert(key.clone(), record.incarnation);
        if !record.acknowledged {
            noted.unacknowledged.insert(key, record.incarnation);
        }
    }

    /// The incarnation of a record that this state holds. A tainted resource is planned as if it were new, without its
    /// private state, and the record in its way is its own.
    #[must_use]
    pub fn held(&self, kind: Kind, key: &str) -> Option<u64> {
        self.lock().held.get(&(kind, key.to_owned())).copied()
    }

    /// Acknowledges what was noted. The ledger may be read-only in a planning run, so failing is no error: the next run
    /// that may write catches up.
    pub async fn acknowledge(&self, ledger: &dyn Ledger) {
        let noted = std::mem::take(&mut self.lock().unacknowledged);
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

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
