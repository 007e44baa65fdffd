//! What a platform is asked and answers, decided by a test.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::exchange::{self, Answer, Asked, Exchange};

/// What a platform is asked and answers. Clones share what was asked so far.
///
/// A request is given the first answer to it that was not given yet, and when all were given the last one again. A path
/// without a query stands for that path with any query that no other line names. What nobody expected is answered with status 404 and listed by
/// [`Script::unexpected`].
///
/// ```
/// use portcullis_testkit::{Answer, Script};
/// use serde_json::json;
///
/// let script = Script::new()
///     .get("/nodes", Answer::json(json!(["n1", "n2"])))
///     .on("DELETE", "/nodes/n1", Answer::status(204));
/// assert!(script.unexpected().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Script {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<Line>,
    unexpected: Vec<String>,
}

#[derive(Debug)]
struct Line {
    exchange: Exchange,
    given: u32,
}

impl Script {
    /// A platform that expects nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exchanges of a JSON file, which `portcullis_testkit::write_exchanges` wrote or an author.
    ///
    /// # Errors
    /// When the file cannot be read, or is no list of exchanges.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let exchanges = exchange::read(path.as_ref())?;
        Ok(exchanges.into_iter().fold(Self::new(), Self::exchange))
    }

    /// Expects a request with `method`.
    #[must_use]
    pub fn on(self, method: &str, path: &str, answer: Answer) -> Self {
        self.exchange(Exchange {
            request: Asked {
                method: method.to_owned(),
                path: path.to_owned(),
                body: Value::Null,
            },
            response: answer,
        })
    }

    /// Expects a `GET`.
    #[must_use]
    pub fn get(self, path: &str, answer: Answer) -> Self {
        self.on("GET", path, answer)
    }

    /// Expects a request with a body.
    #[must_use]
    pub fn exchange(self, exchange: Exchange) -> Self {
        self.state().lines.push(Line { exchange, given: 0 });
        self
    }

    /// Requests that nobody expected, as `GET /path`.
    #[must_use]
    pub fn unexpected(&self) -> Vec<String> {
        self.state().unexpected.clone()
    }

    /// Expected requests that nobody sent, as `GET /path`.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let state = self.state();
        let unused = state.lines.iter().filter(|line| line.given == 0);
        unused
            .map(
                |Line {
                     exchange: Exchange { request, .. },
                     ..
                 }| format!("{} {}", request.method, request.path),
            )
            .collect()
    }

    /// The answer to a request.
    pub(crate) fn play(&self, method: &str, target: &str, body: &[u8]) -> Answer {
        let mut state = self.state();
        let mut fits: Vec<&mut Line> = state
            .lines
            .iter_mut()
            .filter(|line| line.exchange.request.is(method, target, body))
            .collect();
        // A path with a query says more than the path alone.
        if fits.iter().any(|line| line.exchange.request.has_query()) {
            fits.retain(|line| line.exchange.request.has_query());
        }
        let fresh = fits.iter().position(|line| line.given == 0);
        let chosen = fresh.unwrap_or(fits.len().saturating_sub(1));
        if let Some(line) = fits.get_mut(chosen) {
            line.given += 1;
            return line.exchange.response.clone();
        }
        state.unexpected.push(format!("{method} {target}"));
        Answer::status(404)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    fn has_query(&self) -> bool {
        self.path.contains('?')
    }

    fn is(&self, method: &str, target: &str, body: &[u8]) -> bool {
        let path = if self.has_query() {
            target
        } else {
            target.split('?').next().unwrap_or_default()
        };
        let same_body = || match &self.body {
            Value::Null => true,
            Value::String(text) => text.as_bytes() == body,
            expected => serde_json::from_slice::<Value>(body).is_ok_and(|found| found == *expected),
        };
        self.method == method && self.path == path && same_body()
    }
}

#[cfg(test)]
mod tests {
    use super::Script;
    use crate::Answer;

    #[test]
    fn answers_come_in_order_and_the_last_one_stays() {
        let script = Script::new()
            .get("/a", Answer::status(503))
            .get("/a", Answer::status(200))
            .get("/a?page=2", Answer::status(201))
            .on("POST", "/a", Answer::status(202));
        let ask = |target| script.play("GET", target, b"").status;
        assert_eq!([ask("/a"), ask("/a?x"), ask("/a")], [503, 200, 200]);
        assert_eq!([ask("/a?page=2"), ask("/a?page=2")], [201, 201]);
        assert_eq!(script.unused(), ["POST /a"]);
        assert_eq!(ask("/b"), 404);
        assert_eq!(script.unexpected(), ["GET /b"]);
    }
}
