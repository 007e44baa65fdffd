//! Readers: connections that cannot write, used on threads where waiting is allowed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::fault::{Failure, is_busy};
use super::file::{self, Identity};
use super::lock;
use super::trust::Trust;
use crate::{Answer, Error};

/// At most this many idle connections are kept.
const KEPT: usize = 4;

/// Idle connections, each with the identity of the file that it reads.
#[derive(Debug)]
pub(super) struct Readers {
    idle: Mutex<Vec<(Identity, Connection)>>,
    trust: Arc<Trust>,
}

impl Readers {
    pub(super) const fn new(trust: Arc<Trust>) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            trust,
        }
    }

    /// Asks a ledger that was found sound; one that does not exist answers with the default.
    pub(super) fn read<T: Default>(
        &self,
        path: &Path,
        wait: Duration,
        ask: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        self.read_anyway(path, wait, |connection, file| {
            self.trust.inspect(path, file, connection)?;
            ask(connection)
        })
    }

    /// Asks the ledger in whatever state it is.
    pub(super) fn read_anyway<T: Default>(
        &self,
        path: &Path,
        wait: Duration,
        ask: impl FnOnce(&Connection, Identity) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let Some(there) = file::identity(path)? else {
            return Ok(T::default());
        };
        let kept = self.take(there);
        let connection = match kept {
            Some(connection) => connection,
            None => match file::open_to_read(path, wait)? {
                Some(connection) => connection,
                None => return Ok(T::default()),
            },
        };
        let asked = Instant::now();
        match ask(&connection, there) {
            Ok(answer) => {
                self.keep(there, connection);
                Ok(answer)
            }
            Err(Failure::Sqlite(error)) if is_busy(&error) => {
                Err(lock::locked(path, asked.elapsed()))
            }
            Err(failure) => Err(failure.at(path)),
        }
    }

    fn take(&self, there: Identity) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(identity, _)| *identity == there);
        idle.pop().map(|(_, connection)| connection)
    }

    fn keep(&self, there: Identity, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push((there, connection));
        }
    }
}

/// Runs what may wait for a disk or a lock where it stalls nobody.
pub(super) fn aside<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Answer<'static, T> {
    Box::pin(async move {
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| {
                Err(Error::Io {
                    path,
                    reason: error.to_string(),
                })
            })
    })
}
