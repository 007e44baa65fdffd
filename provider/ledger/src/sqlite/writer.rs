//! The one writer: a fair queue to a thread, where a [`Desk`] commits what has gathered.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::desk::Desk;
use super::fault::Failure;
use super::trust::Trust;
use crate::{Answer, Error};

/// At most this many changes wait in memory; who comes later waits to be let in, in order.
const QUEUE: usize = 1024;

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
        let desk = Desk::new(path.to_owned(), wait, trust);
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
pub(super) enum Errand {
    Change(Box<dyn Change>),
    /// Close the connection and say so.
    Close(oneshot::Sender<()>),
}

/// A queued change whose result type only its task knows.
pub(super) trait Change: Send {
    fn points(&self) -> Points;
    /// Makes the change inside the open transaction and keeps the result; `false` if it is to be undone.
    fn make(&mut self, connection: &Connection, path: &Path) -> bool;
    /// Answers with what befell the transaction, or else with the kept result.
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
        let Some(result) = befell.map(Err).or(self.outcome) else {
            return;
        };
        // Nobody waits any more when the caller was cancelled; the change stands all the same.
        let _ = self.reply.send(result);
    }
}
