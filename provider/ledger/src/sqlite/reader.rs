//! Readers: connections that cannot write, used on threads where waiting is allowed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::fault::{Failure, is_busy};
use super::file::{self, Identity};
use super::lock;
use super::schema;
use super::trust::Trust;
use crate::{Answer, Error};

/// At most this many connections read at once: a plan of a thousand resources asks a thousand times, and neither
/// open files nor threads are to grow with it.
const READERS: usize = 4;

/// Idle connections, each with the identity of the file that it reads.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    wait: Duration,
    trust: Arc<Trust>,
    turns: Semaphore,
    idle: Mutex<Vec<(Identity, Connection)>>,
}

impl Readers {
    pub(super) fn new(path: &Path, wait: Duration, trust: Arc<Trust>) -> Self {
        Self {
            path: path.to_owned(),
            wait,
            trust,
            turns: Semaphore::new(READERS),
            idle: Mutex::default(),
        }
    }

    /// Asks a ledger that was found sound; one that does not exist answers with the default.
    pub(super) fn read<T: Default + Send + 'static>(
        self: Arc<Self>,
        ask: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Answer<'static, T> {
        let trust = Arc::clone(&self.trust);
        let path = self.path.clone();
        self.read_anyway(move |connection, file| {
            trust.inspect(&path, file, connection)?;
            ask(connection)
        })
    }

    /// Asks the ledger in whatever state it is, on a thread where waiting for a disk or a lock stalls nobody.
    pub(super) fn read_anyway<T: Default + Send + 'static>(
        self: Arc<Self>,
        ask: impl FnOnce(&Connection, Identity) -> Result<T, Failure> + Send + 'static,
    ) -> Answer<'static, T> {
        Box::pin(async move {
            let broken = |reason: String| Error::Io {
                path: self.path.clone(),
                reason,
            };
            // Before the first apply there is nothing to ask, and a thousand resources ask.
            if file::identity(&self.path)?.is_none() {
                return Ok(T::default());
            }
            let _turn = self
                .turns
                .acquire()
                .await
                .map_err(|error| broken(error.to_string()))?;
            let readers = Arc::clone(&self);
            tokio::task::spawn_blocking(move || readers.ask(ask))
                .await
                .unwrap_or_else(|error| Err(broken(error.to_string())))
        })
    }

    fn ask<T: Default>(
        &self,
        ask: impl FnOnce(&Connection, Identity) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let Some(there) = file::identity(&self.path)? else {
            return Ok(T::default());
        };
        let connection = match self.take(there) {
            Some(connection) => connection,
            None => match file::open_to_read(&self.path, self.wait)? {
                Some(connection) => connection,
                None => return Ok(T::default()),
            },
        };
        let asked = Instant::now();
        match ask(&connection, there) {
            Ok(answer) => {
                // One that stands in for tables of a newer version must not hide them once they are there.
                if schema::is_whole(&connection) {
                    self.lock().push((there, connection));
                }
                Ok(answer)
            }
            Err(Failure::Sqlite(error)) if is_busy(&error) => {
                Err(lock::locked(&self.path, asked.elapsed()))
            }
            Err(failure) => Err(failure.at(&self.path)),
        }
    }

    /// An idle connection to the file that is there now; those to a file that was replaced are closed.
    fn take(&self, there: Identity) -> Option<Connection> {
        let mut idle = self.lock();
        idle.retain(|(identity, _)| *identity == there);
        idle.pop().map(|(_, connection)| connection)
    }

    /// Closes what is idle.
    pub(super) fn close(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Identity, Connection)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
