//! Group commit: what has gathered in the queue shares a transaction, each change in a savepoint of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::fault::explain;
use super::file::{self, Identity};
use super::lock;
use super::trust::Trust;
use super::writer::{Change, Errand};
use crate::{Error, failpoint};

/// At most this many changes share a transaction, so that no answer waits for more than a few milliseconds of others.
const BATCH: usize = 64;

/// After so long without a pause the writer leaves the lock free for a moment, or processes that ask for it at random
/// moments would never find it free.
const TURN: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_millis(3);

/// The end of the queue where changes are committed, one batch after the other.
#[derive(Debug)]
pub(super) struct Desk {
    path: PathBuf,
    wait: Duration,
    trust: Arc<Trust>,
    open: Option<(Connection, Option<Identity>)>,
    /// When the current series of transactions without a pause began.
    turn: Option<Instant>,
}

impl Desk {
    pub(super) const fn new(path: PathBuf, wait: Duration, trust: Arc<Trust>) -> Self {
        Self {
            path,
            wait,
            trust,
            open: None,
            turn: None,
        }
    }

    /// Works until the queue is empty and nobody can add to it.
    pub(super) fn serve(mut self, mut queue: mpsc::Receiver<Errand>) {
        let mut errands = Vec::with_capacity(BATCH);
        while queue.blocking_recv_many(&mut errands, BATCH) > 0 {
            let mut batch = Vec::with_capacity(errands.len());
            for errand in errands.drain(..) {
                match errand {
                    Errand::Change(change) => batch.push(change),
                    Errand::Close(closed) => {
                        self.commit(std::mem::take(&mut batch));
                        self.open = None;
                        // Who asked may have gone.
                        let _ = closed.send(());
                    }
                }
            }
            self.commit(batch);
            self.leave_room(queue.is_empty());
        }
    }

    fn leave_room(&mut self, idle: bool) {
        if idle {
            self.turn = None;
        } else if self.turn.get_or_insert_with(Instant::now).elapsed() > TURN {
            thread::sleep(PAUSE);
            self.turn = None;
        }
    }

    /// Commits a batch, or when that fails each change by itself, so that every caller hears its own truth.
    fn commit(&mut self, mut batch: Vec<Box<dyn Change>>) {
        if batch.is_empty() {
            return;
        }
        match self.attempt(&mut batch) {
            Err(error) if batch.len() > 1 && !matches!(error, Error::Locked { .. }) => {
                for change in batch {
                    self.commit(vec![change]);
                }
            }
            result => {
                let befell = result.err();
                for change in batch {
                    change.answer(befell.clone());
                }
            }
        }
    }

    fn attempt(&mut self, batch: &mut [Box<dyn Change>]) -> Result<(), Error> {
        let (path, wait) = (self.path.clone(), self.wait);
        let connection = self.connection()?;
        lock::patiently(&path, wait, || connection.execute_batch("BEGIN IMMEDIATE"))?;
        let result = transact(connection, &path, batch);
        if !connection.is_autocommit() {
            let undone = connection.execute_batch("ROLLBACK");
            if result.is_ok() {
                undone.map_err(|error| explain(&path, &error))?;
            }
        }
        // The connection stays even after a failed fsync: it knows that the transaction did not happen and writes over
        // its frames. A fresh one would replay them from the log as if it had.
        if matches!(result, Err(Error::Corrupt { .. })) {
            self.open = None;
        }
        result
    }

    /// The open connection, unless the file under it was replaced.
    fn connection(&mut self) -> Result<&Connection, Error> {
        let there = file::identity(&self.path)?;
        let kept = self
            .open
            .take()
            .filter(|(_, identity)| there.is_some() && *identity == there);
        let open = match kept {
            Some(open) => open,
            None => {
                let connection = file::open_to_write(&self.path, self.wait)?;
                let there = file::identity(&self.path)?;
                if let Some(there) = there {
                    self.trust
                        .inspect(&self.path, there, &connection)
                        .map_err(|failure| failure.at(&self.path))?;
                }
                (connection, there)
            }
        };
        Ok(&self.open.insert(open).0)
    }
}

/// Makes every change of a batch inside the open transaction and commits those that succeed.
fn transact(
    connection: &Connection,
    path: &Path,
    batch: &mut [Box<dyn Change>],
) -> Result<(), Error> {
    let sql = |statement: &str| {
        connection
            .execute_batch(statement)
            .map_err(|error| explain(path, &error))
    };
    let mut made = Vec::with_capacity(batch.len());
    let alone = batch.len() == 1;
    for change in batch.iter_mut() {
        sql("SAVEPOINT change")?;
        if change.make(connection, path) {
            made.push(change.points());
        } else if !connection.is_autocommit() {
            sql("ROLLBACK TO change")?;
        } else if alone {
            return Ok(());
        } else {
            // A full disk or the like has rolled back everything, the changes of others too.
            let reason = "the transaction was rolled back".to_owned();
            return Err(Error::Io {
                path: path.to_owned(),
                reason,
            });
        }
        sql("RELEASE change")?;
    }
    if made.is_empty() {
        return Ok(());
    }
    made.iter().for_each(|points| failpoint::hit(points.before));
    sql("COMMIT")?;
    made.iter().for_each(|points| failpoint::hit(points.after));
    Ok(())
}
