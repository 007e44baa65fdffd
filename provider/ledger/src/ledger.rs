//! The contract of a ledger, whatever store keeps it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::{
    Author, Created, Draft, Error, Event, Force, Kind, LedgerUrl, Note, PlanNote, Publication,
    Record, Reservation, Seen, Sqlite,
};

/// What every call of a [`Ledger`] returns: boxed, so that the store is chosen at run time by a URL.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Where every workspace records what it was promised.
///
/// A change is durable when its future is ready, and its event was written in the same transaction. Times are the
/// store's own, never a client's, so that two hosts with different clocks agree. A ledger that does not exist yet
/// reads as an empty one and comes to be with the first record.
///
/// A pool holds its devices under a lease until a Terraform state is known to hold the pool: a run renews the leases of its
/// own pools, and devices under a lease that is over go to whoever asks next.
///
/// A call that fails has changed nothing that a repeated call would not find again: either the whole change was
/// rolled back, or (when the process or the disk fails between commit and answer) the record waits unacknowledged
/// and the next [`create`](Ledger::create) adopts it.
pub trait Ledger: fmt::Debug + Send + Sync {
    /// The name that a ledger got when it was made; `None` while it does not exist.
    fn id(&self) -> Answer<'_, Option<String>>;

    /// Checks that this is the ledger that a Terraform state was written with.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no ledger, [`Error::Foreign`] when it is another one.
    fn expect<'a>(&'a self, id: &'a str) -> Answer<'a, ()>;

    /// One record by its natural key.
    fn get<'a>(&'a self, kind: Kind, key: &'a str) -> Answer<'a, Option<Record>>;

    /// All records of a kind, ordered by key.
    fn list(&self, kind: Kind) -> Answer<'_, Vec<Record>>;

    /// Every reserved device, ordered by pool, replica and device.
    fn reservations(&self) -> Answer<'_, Vec<Reservation>>;

    /// The devices of one pool, ordered by replica and device.
    fn reservations_of<'a>(&'a self, pool: &'a str) -> Answer<'a, Vec<Reservation>>;

    /// At most `limit` events with a sequence number above `after`, oldest first.
    fn events(&self, after: u64, limit: u32) -> Answer<'_, Vec<Event>>;

    /// Records a new object, or adopts what an interrupted run left.
    ///
    /// A record is adopted when it has the same owner and fingerprint, no Terraform state is known to hold it, and
    /// another run made it (the same run asking twice means that two resource blocks declare one name).
    ///
    /// # Errors
    /// [`Error::Exists`] when the natural key is taken, [`Error::Held`] when another pool has one of the devices.
    fn create(&self, draft: Draft) -> Answer<'_, Created>;

    /// Changes the record that the caller's state knows by `incarnation`; a pool then holds exactly the devices of
    /// the draft. The incarnation stays, so an update interrupted before Terraform wrote its state can be repeated. The
    /// record counts as acknowledged from then on: nobody without a state knows its incarnation.
    ///
    /// # Errors
    /// [`Error::Absent`], [`Error::Superseded`] when another run adopted or recreated it, [`Error::Held`].
    fn update(&self, incarnation: u64, draft: Draft) -> Answer<'_, Record>;

    /// Completes a record with what connectors made of it on their platforms: only the body changes, and whether it is
    /// acknowledged stays as it is, so that an apply that dies afterwards is still one to be taken over.
    ///
    /// # Errors
    /// [`Error::Absent`], [`Error::Superseded`] when another run adopted or recreated it.
    fn realize<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        incarnation: u64,
        body: serde_json::Value,
    ) -> Answer<'a, Record>;

    /// Notes, before its [`delete`](Ledger::delete), why a record is removed although something of it may still work.
    ///
    /// # Errors
    /// As [`Ledger::realize`].
    fn force<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        incarnation: u64,
        force: Force,
    ) -> Answer<'a, ()>;

    /// Removes a record and releases its devices; `false` when there was none.
    ///
    /// # Errors
    /// [`Error::Superseded`] when another run adopted or recreated it.
    fn delete<'a>(&'a self, kind: Kind, key: &'a str, incarnation: u64) -> Answer<'a, bool>;

    /// Notes that a Terraform state holds these records, so that nobody adopts them; returns how many were news.
    /// Records that are gone, or have another incarnation, are passed over.
    fn acknowledge(&self, seen: Vec<Seen>) -> Answer<'_, usize>;

    /// Adds an event for each call of a plugin, in order. Notes alone make no ledger: without one they are dropped, and
    /// the number that was kept is 0.
    fn note(&self, calls: Vec<Note>) -> Answer<'_, usize>;

    /// The latest note of a plugin whose `detail` has the member `field` with the value true.
    fn latest_note<'a>(&'a self, plugin: &'a str, field: &'static str)
    -> Answer<'a, Option<Event>>;

    /// Renews the leases of pools that this run recorded and no Terraform state is known to hold yet; how many there were.
    fn renew(&self, pools: Vec<String>) -> Answer<'_, usize>;

    /// Takes all devices from a pool, whoever holds it, and returns those that it had. Its record stays, and its next plan
    /// looks for devices again.
    ///
    /// # Errors
    /// [`Error::Absent`] when there is no such pool.
    fn free<'a>(&'a self, pool: &'a str, reason: &'a str) -> Answer<'a, Vec<String>>;

    /// Keeps what a host publishes in place of what it published before. Publishing makes no event: it promises nothing.
    fn publish<'a>(&'a self, name: &'a str, body: String) -> Answer<'a, Publication>;

    /// Everything that is published, by name.
    fn published(&self) -> Answer<'_, Vec<Publication>>;

    /// Notes for a while what a plan found for a pool; a later note for the same configuration replaces it. Notes alone make
    /// no ledger: without one they are dropped.
    fn note_plan<'a>(
        &'a self,
        pool: &'a str,
        fingerprint: &'a str,
        devices: Vec<String>,
        kept: Duration,
    ) -> Answer<'a, ()>;

    /// What was noted for a pool of that configuration and is not over yet.
    fn plan_note<'a>(&'a self, pool: &'a str, fingerprint: &'a str)
    -> Answer<'a, Option<PlanNote>>;

    /// Looks for damage, from the file's structure to reservations that belong to no pool. Empty means sound.
    fn verify(&self) -> Answer<'_, Vec<Flaw>>;

    /// Ends what is under way and lets go of the store, in a state that is easy to copy and to read. To be called before
    /// the process ends; a later call opens the store again.
    fn close(&self) -> Answer<'_, ()>;
}

/// One thing wrong with a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// The rule that is broken, in kebab case.
    pub rule: &'static str,
    /// What was found where.
    pub found: String,
}

/// The ledger that a URL names. Touches nothing: the store is opened when it is first asked.
#[must_use]
pub fn open(url: &LedgerUrl, author: Author) -> Arc<dyn Ledger> {
    match url {
        LedgerUrl::Sqlite(path) => Arc::new(Sqlite::new(path, author)),
    }
}
