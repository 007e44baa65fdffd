//! What is logged while something happens.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::sync::Once;

thread_local! {
    /// What this thread logs. A test runs on one thread with everything that it awaits.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The result of the work and every line that it logged, at every level. The subscriber is that of the process: those of a
/// single task miss lines whose callsite another thread has met before.
pub(crate) async fn captured<T>(work: impl Future<Output = T>) -> (T, String) {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(|| Lines)
            .init();
    });
    LINES.take();
    let result = work.await;
    (result, String::from_utf8(LINES.take()).unwrap())
}
