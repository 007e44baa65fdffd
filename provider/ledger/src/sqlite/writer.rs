//! The one writer: a thread with a fair queue that commits what has gathered there in one transaction.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault::{Failure, explain};
use super::file::{self, Identity};
use super::lock;
use super::trust::Trust;
use crate::{Answer, Error, failpoint};

/// At most this many changes wait in memory; who comes later waits to be let in, in order.
const QUEUE: usize = 1024;

/// At most this many changes share a transaction, so that no answer waits for more than a few milliseconds of others.
const BATCH: usize = 64;

/// After so long without a pause the writer leaves the lock free for a moment, or processes that ask for it at random
/// moments would never find it free.
const TURN: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_millis(3);

/// What a change is called at the failpoints around its commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Points {
    pub(super) before: &'static str,
    pub(super) after: &'static str,
}

/// The sending end of the queue.
pub(super) struct Writer(mpsc::Sender<Errand>);

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts the thread; it ends when the last sender is gone and the queue is empty.
    pub(super) fn start(path: &Path, wait: Duration, trust: Arc<Trust>) -> Result<Self, Error> {
        let (sender, queue) = mpsc::channel(QUEUE);
        let desk = Desk {
            path: path.to_owned(),
            wait,
            trust,
            open: None,
            turn: None,
        };
        thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || desk.serve(queue))
            .map_err(|error| super::fault::io(path, &error))?;
        Ok(Self(sender))
    }

    /// Queues a change; the answer comes after its commit.
    pub(super) fn write<T: Send + 'static>(
        &self,
        path: &Path,
        points: Points,
        change: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Answer<'static, T> {
        let (sender, path) = (self.0.clone(), path.to_owned());
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            let task = Task {
                points,
                change,
                outcome: None,
                reply,
            };
            let gone = |_| Error::Io {
                path,
                reason: "its writer has ended".to_owned(),
            };
            if sender.send(Errand::Change(Box::new(task))).await.is_err() {
                return Err(gone(()));
            }
            answer.await.unwrap_or_else(|_| Err(gone(())))
        })
    }

    /// Closes the connection behind all that is queued; the next change opens it again.
    pub(super) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.0.send(Errand::Close(closed)).await.is_ok() {
            // Nobody answers when the thread has ended, and then nothing is open.
            let _ = done.await;
        }
    }
}

/// What is in the queue.
enum Errand {
    Change(Box<dyn Change>),
    /// Close the connection and say so.
    Close(oneshot::Sender<()>),
}

/// A queued change whose result type only its task knows.
trait Change: Send {
    fn points(&self) -> Points;
    /// Makes the change inside the open transaction and keeps the result; `false` if it is to be undone.
    fn make(&mut self, connection: &Connection, path: &Path) -> bool;
    /// Answers with the kept result, or with what befell the transaction.
    fn answer(self: Box<Self>, befell: Option<Error>);
}

struct Task<T, F> {
    points: Points,
    change: F,
    outcome: Option<Result<T, Error>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Change for Task<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, Failure> + Send,
{
    fn points(&self) -> Points {
        self.points
    }

    fn make(&mut self, connection: &Connection, path: &Path) -> bool {
        let outcome = (self.change)(connection).map_err(|failure| failure.at(path));
        let made = outcome.is_ok();
        self.outcome = Some(outcome);
        made
    }

    fn answer(self: Box<Self>, befell: Option<Error>) {
        let result = match (befell, self.outcome) {
            (_, Some(Err(error))) | (Some(error), _) => Err(error),
            (None, Some(Ok(done))) => Ok(done),
            (None, None) => return,
        };
        // Nobody waits any more when the caller was cancelled; the change stands all the same.
        let _ = self.reply.send(result);
    }
}

/// The writer's side of the queue.
struct Desk {
    path: PathBuf,
    wait: Duration,
    trust: Arc<Trust>,
    open: Option<(Connection, Option<Identity>)>,
    /// When the current series of transactions without a pause began.
    turn: Option<Instant>,
}

impl Desk {
    fn serve(mut self, mut queue: mpsc::Receiver<Errand>) {
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
    for change in batch.iter_mut() {
        sql("SAVEPOINT change")?;
        if change.make(connection, path) {
            made.push(change.points());
        } else {
            // A grave error has rolled the whole transaction back already, savepoint and all.
            sql("ROLLBACK TO change")?;
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
