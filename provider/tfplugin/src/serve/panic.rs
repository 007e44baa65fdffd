//! Panics: one line for Terraform's log, and a message for the handler that caught it.

use std::any::Any;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use super::scrub::scrub;

/// A panic that [`catch`] contained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Panic {
    /// What was passed to `panic!`, scrubbed; where it happened is on the stderr line.
    pub message: String,
}

/// Runs `future` and turns a panic inside it into an error.
///
/// What the future shared with others may be half changed afterwards: share only what a panic cannot leave
/// inconsistent, or give it up.
///
/// # Errors
/// The panic.
pub async fn catch<F: Future>(future: F) -> Result<F::Output, Panic> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(Panic {
                message: message(payload.as_ref()),
            })),
        }
    })
    .await
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    scrub(text).into_owned()
}

/// Replaces the default hook, whose several lines Terraform would log as several unrelated ones. Terraform looks for
/// lines that begin with `panic: ` and shows them when the command fails.
pub(super) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        // Stderr may be gone together with Terraform; there is nobody left to tell.
        let _ = std::io::stderr().lock().write_all(line(info).as_bytes());
    }));
}

fn line(info: &PanicHookInfo<'_>) -> String {
    let message = message_of(info).replace(['\n', '\r'], " ");
    match info.location() {
        Some(location) => format!(
            "panic: {message} at {}:{}\n",
            location.file(),
            location.line()
        ),
        None => format!("panic: {message}\n"),
    }
}

fn message_of(info: &PanicHookInfo<'_>) -> String {
    scrub(info.payload_as_str().unwrap_or("no message")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Panic, catch};

    #[tokio::test]
    async fn a_panic_after_an_await_is_caught_with_its_message() {
        let result: Result<(), _> = catch(async {
            tokio::task::yield_now().await;
            panic!("seven of nine")
        })
        .await;
        assert_eq!(
            result,
            Err(Panic {
                message: "seven of nine".to_owned()
            })
        );
    }

    #[tokio::test]
    async fn a_formatted_message_is_kept() {
        let result: Result<(), _> = catch(async { panic!("no node {}", 7) }).await;
        assert_eq!(
            result,
            Err(Panic {
                message: "no node 7".to_owned()
            })
        );
    }

    #[tokio::test]
    async fn what_does_not_panic_comes_through() {
        assert_eq!(catch(async { 7 }).await, Ok(7));
    }
}
