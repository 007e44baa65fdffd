//! A ledger in one SQLite file.

mod change;
mod desk;
mod fault;
mod file;
mod lease;
mod lock;
mod published;
mod query;
mod reader;
mod reserve;
mod row;
mod schema;
mod seal;
mod trust;
mod verify;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rusqlite::Connection;

use self::fault::Failure;
use self::reader::Readers;
use self::trust::Trust;
use self::writer::{Points, Writer};
use crate::{
    Answer, Author, Created, Draft, Error, Event, Flaw, Force, Kind, Ledger, Note, PlanNote,
    Publication, Record, Reservation, Seen,
};

/// How long a write waits for another process unless told otherwise.
const WAIT: Duration = Duration::from_secs(10);

/// How long a pool holds its devices without a Terraform state unless told otherwise: longer than an apply goes without
/// renewing it, and short enough for a crashed one to be waited for.
const LEASE: Duration = Duration::from_mins(30);

/// A ledger in one SQLite file, which comes to be with the first record.
///
/// Reads open the file without the right to write, so a plan leaves no trace. Writes go through one thread.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    author: Author,
    wait: Duration,
    lease: Duration,
    trust: Arc<Trust>,
    readers: Arc<Readers>,
    writer: OnceLock<Result<Writer, Error>>,
}

impl Sqlite {
    /// A ledger at a path; nothing is opened yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, author: Author) -> Self {
        let (path, trust) = (path.into(), Arc::default());
        let readers = Arc::new(Readers::new(&path, WAIT, Arc::clone(&trust)));
        Self {
            path,
            author,
            wait: WAIT,
            lease: LEASE,
            readers,
            trust,
            writer: OnceLock::new(),
        }
    }

    /// Sets how long a write waits for another process.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.readers = Arc::new(Readers::new(&self.path, wait, Arc::clone(&self.trust)));
        self.wait = wait;
        self
    }

    /// Sets how long a pool holds its devices without a Terraform state.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read<T: Default + Send + 'static>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Answer<'static, T> {
        Arc::clone(&self.readers).read(ask)
    }

    /// Like a delete, a change of a record must not bring a ledger into being.
    async fn exists(&self, kind: Kind, key: &str) -> Result<(), Error> {
        if self.id().await?.is_some() {
            return Ok(());
        }
        Err(Error::Absent {
            kind,
            key: key.to_owned(),
        })
    }

    fn write<T: Send + 'static>(
        &self,
        points: Points,
        change: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Answer<'static, T> {
        let writer = self
            .writer
            .get_or_init(|| Writer::start(&self.path, self.wait, Arc::clone(&self.trust)));
        match writer {
            Ok(writer) => writer.write(&self.path, points, change),
            Err(error) => {
                let error = error.clone();
                Box::pin(async move { Err(error) })
            }
        }
    }
}

const CREATE: Points = Points {
    before: "create.before_commit",
    after: "create.after_commit",
};
const UPDATE: Points = Points {
    before: "update.before_commit",
    after: "update.after_commit",
};
const REALIZE: Points = Points {
    before: "realize.before_commit",
    after: "realize.after_commit",
};
const FORCE: Points = Points {
    before: "force.before_commit",
    after: "force.after_commit",
};
const DELETE: Points = Points {
    before: "delete.before_commit",
    after: "delete.after_commit",
};
const ACKNOWLEDGE: Points = Points {
    before: "acknowledge.before_commit",
    after: "acknowledge.after_commit",
};
const NOTE: Points = Points {
    before: "note.before_commit",
    after: "note.after_commit",
};
const RENEW: Points = Points {
    before: "renew.before_commit",
    after: "renew.after_commit",
};
const FREE: Points = Points {
    before: "free.before_commit",
    after: "free.after_commit",
};
const PUBLISH: Points = Points {
    before: "publish.before_commit",
    after: "publish.after_commit",
};

impl Ledger for Sqlite {
    fn id(&self) -> Answer<'_, Option<String>> {
        self.read(|connection| Ok(query::id(connection)?))
    }

    fn expect<'a>(&'a self, id: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = self.path.clone();
            match self.id().await? {
                Some(found) if found == id => Ok(()),
                Some(found) => Err(Error::Foreign {
                    path,
                    expected: id.to_owned(),
                    found,
                }),
                None => Err(Error::Missing {
                    path,
                    expected: id.to_owned(),
                }),
            }
        })
    }

    fn get<'a>(&'a self, kind: Kind, key: &'a str) -> Answer<'a, Option<Record>> {
        let key = key.to_owned();
        self.read(move |connection| Ok(query::get(connection, kind, &key)?))
    }

    fn list(&self, kind: Kind) -> Answer<'_, Vec<Record>> {
        self.read(move |connection| Ok(query::list(connection, kind)?))
    }

    fn reservations(&self) -> Answer<'_, Vec<Reservation>> {
        self.read(|connection| Ok(query::reservations(connection)?))
    }

    fn reservations_of<'a>(&'a self, pool: &'a str) -> Answer<'a, Vec<Reservation>> {
        let pool = pool.to_owned();
        self.read(move |connection| Ok(query::reservations_of(connection, &pool)?))
    }

    fn events(&self, after: u64, limit: u32) -> Answer<'_, Vec<Event>> {
        self.read(move |connection| Ok(query::events(connection, after, limit)?))
    }

    fn create(&self, draft: Draft) -> Answer<'_, Created> {
        let (author, lease) = (self.author.clone(), self.lease);
        self.write(CREATE, move |connection| {
            change::create(connection, &author, &draft, lease)
        })
    }

    fn update(&self, incarnation: u64, draft: Draft) -> Answer<'_, Record> {
        Box::pin(async move {
            self.exists(draft.object.kind(), &draft.key).await?;
            let author = self.author.clone();
            self.write(UPDATE, move |connection| {
                change::update(connection, &author, incarnation, &draft)
            })
            .await
        })
    }

    fn realize<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        incarnation: u64,
        body: serde_json::Value,
    ) -> Answer<'a, Record> {
        let (author, owned) = (self.author.clone(), key.to_owned());
        Box::pin(async move {
            self.exists(kind, key).await?;
            self.write(REALIZE, move |connection| {
                change::realize(connection, &author, (kind, &owned), incarnation, &body)
            })
            .await
        })
    }

    fn force<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        incarnation: u64,
        force: Force,
    ) -> Answer<'a, ()> {
        let (author, owned) = (self.author.clone(), key.to_owned());
        Box::pin(async move {
            self.exists(kind, key).await?;
            self.write(FORCE, move |connection| {
                change::force(connection, &author, (kind, &owned), incarnation, &force)
            })
            .await
        })
    }

    fn delete<'a>(&'a self, kind: Kind, key: &'a str, incarnation: u64) -> Answer<'a, bool> {
        let (author, owned) = (self.author.clone(), key.to_owned());
        Box::pin(async move {
            // A ledger that is not there must not come to be by a delete.
            if self.get(kind, key).await?.is_none() {
                return Ok(false);
            }
            self.write(DELETE, move |connection| {
                change::delete(connection, &author, kind, &owned, incarnation)
            })
            .await
        })
    }

    fn acknowledge(&self, seen: Vec<Seen>) -> Answer<'_, usize> {
        Box::pin(async move {
            // Most plans bring no news, and a plan should not write without need.
            let asked = seen.clone();
            let news = self
                .read(move |connection| change::unacknowledged(connection, &asked))
                .await?;
            if news.is_empty() {
                return Ok(0);
            }
            let author = self.author.clone();
            self.write(ACKNOWLEDGE, move |connection| {
                change::acknowledge(connection, &author, &seen)
            })
            .await
        })
    }

    fn note(&self, calls: Vec<Note>) -> Answer<'_, usize> {
        Box::pin(async move {
            if calls.is_empty() || self.id().await?.is_none() {
                return Ok(0);
            }
            let author = self.author.clone();
            self.write(NOTE, move |connection| {
                change::note(connection, &author, &calls)
            })
            .await
        })
    }

    fn latest_note<'a>(
        &'a self,
        plugin: &'a str,
        field: &'static str,
    ) -> Answer<'a, Option<Event>> {
        let plugin = plugin.to_owned();
        self.read(move |connection| Ok(query::latest_note(connection, &plugin, field)?))
    }

    fn renew(&self, pools: Vec<String>) -> Answer<'_, usize> {
        Box::pin(async move {
            if pools.is_empty() || self.id().await?.is_none() {
                return Ok(0);
            }
            let (run, lease) = (self.author.run.clone(), self.lease);
            self.write(RENEW, move |connection| {
                Ok(lease::renew(connection, &run, &pools, lease)?)
            })
            .await
        })
    }

    fn free<'a>(&'a self, pool: &'a str, reason: &'a str) -> Answer<'a, Vec<String>> {
        let (author, pool, reason) = (self.author.clone(), pool.to_owned(), reason.to_owned());
        Box::pin(async move {
            if self.get(Kind::Pool, &pool).await?.is_none() {
                let kind = Kind::Pool;
                return Err(Error::Absent { kind, key: pool });
            }
            self.write(FREE, move |connection| {
                change::free(connection, &author, &pool, &reason)
            })
            .await
        })
    }

    fn publish<'a>(&'a self, name: &'a str, body: String) -> Answer<'a, Publication> {
        let (author, name) = (self.author.clone(), name.to_owned());
        self.write(PUBLISH, move |connection| {
            published::publish(connection, &author, &name, &body)
        })
    }

    fn published(&self) -> Answer<'_, Vec<Publication>> {
        self.read(|connection| Ok(published::published(connection)?))
    }

    fn note_plan<'a>(
        &'a self,
        pool: &'a str,
        fingerprint: &'a str,
        devices: Vec<String>,
        kept: Duration,
    ) -> Answer<'a, ()> {
        let (pool, fingerprint) = (pool.to_owned(), fingerprint.to_owned());
        Box::pin(async move {
            if self.id().await?.is_none() {
                return Ok(());
            }
            self.write(NOTE, move |connection| {
                published::note_plan(connection, (&pool, &fingerprint), &devices, kept)
            })
            .await
        })
    }

    fn plan_note<'a>(
        &'a self,
        pool: &'a str,
        fingerprint: &'a str,
    ) -> Answer<'a, Option<PlanNote>> {
        let (pool, fingerprint) = (pool.to_owned(), fingerprint.to_owned());
        self.read(move |connection| Ok(published::plan_note(connection, &pool, &fingerprint)?))
    }

    fn verify(&self) -> Answer<'_, Vec<Flaw>> {
        Arc::clone(&self.readers).read_anyway(|connection, _| Ok(verify::verify(connection)))
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.readers.close();
            if let Some(Ok(writer)) = self.writer.get() {
                writer.close().await;
            }
            Ok(())
        })
    }
}
