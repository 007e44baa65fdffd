//! Requests to one API, sent again when that is safe.

use std::time::Duration;

use crate::http::begun::Begun;
use crate::http::breaker::Breaker;
use crate::http::pages::{Pages, Paging};
use crate::http::retry::{self, Advice};
use crate::http::{Kept, Request, Response};
use crate::{Failure, clock, random};

/// Time for one request with all its tries, when the author says nothing.
const DEADLINE: Duration = Duration::from_secs(30);
/// The header by which a server can find all tries of one request in its log.
const REQUEST_ID: &str = "x-request-id";

/// Sends requests to one API: under one base URL, with one secret, within one deadline, and again when an answer fails
/// that may come later.
///
/// A request is sent at most 6 times, and again only when a repetition does no harm: its method is idempotent, or it
/// carries a token ([`Request::token`]). Between two tries it waits as long as the server asks (`Retry-After`), else a
/// random time up to a bound that doubles from 200 ms to 20 s. It never waits past the deadline. All tries carry one
/// `x-request-id`. After 8 failures in a row an origin is left alone for 30 s, by all calls of the run.
///
/// ```no_run
/// use portcullis_plugin::{Client, Failure};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Node {
///     name: String,
/// }
///
/// # fn nodes() -> Result<Vec<Node>, Failure> {
/// let client = Client::new("https://api.example.com/v1").bearer("EXAMPLE_TOKEN");
/// let nodes: Vec<Node> = client.send(client.get("/nodes").query("zone", "eu-1"))?.json()?;
/// # Ok(nodes) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    secret: Option<String>,
    deadline: Duration,
}

impl Client {
    /// An API whose URLs begin with `base`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            secret: None,
            deadline: DEADLINE,
        }
    }

    /// Sends the secret of that name as bearer token with every request that has no secret of its own.
    #[must_use]
    pub fn bearer(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    /// Limits one request with all its tries; 30 s without it. The end of the call limits it too.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Reads what is at `path`, which begins with a slash.
    #[must_use]
    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// Sends something to `path`.
    #[must_use]
    pub fn post(&self, path: &str) -> Request {
        self.request("POST", path)
    }

    /// Puts something in the place of what is at `path`.
    #[must_use]
    pub fn put(&self, path: &str) -> Request {
        self.request("PUT", path)
    }

    /// Changes what is at `path`.
    #[must_use]
    pub fn patch(&self, path: &str) -> Request {
        self.request("PATCH", path)
    }

    /// Deletes what is at `path`.
    #[must_use]
    pub fn delete(&self, path: &str) -> Request {
        self.request("DELETE", path)
    }

    fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.base))
    }

    /// Sends a request, several times if need be, and gives the last response whatever its status.
    ///
    /// # Errors
    /// When the host refuses the request, or the last try got no response.
    pub fn send(&self, request: Request) -> Result<Response, Failure> {
        self.tries(request, Request::send, retry::of_response)
    }

    /// Sends a request whose answer holds secrets, several times if need be; see [`Request::send_and_keep`].
    ///
    /// # Errors
    /// As [`Client::send`], and when a pointer leads to no text.
    pub fn send_and_keep(&self, request: Request, pointers: &[&str]) -> Result<Kept, Failure> {
        self.tries(
            request,
            |request| request.send_and_keep(pointers),
            |kept| retry::of_response(&kept.response),
        )
    }

    /// Sends a request that the host signs for that service of AWS, several times if need be; see
    /// [`Request::send_signed`].
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn send_signed(&self, request: Request, service: &str) -> Result<Response, Failure> {
        self.tries(
            request,
            |request| request.send_signed(service),
            retry::of_response,
        )
    }

    /// Sends a request whose answer is needed later, so that the server works on it while the plugin does something else:
    /// the next page of a list while this one is read. Dropping what is returned gives the request up.
    ///
    /// ```no_run
    /// use portcullis_plugin::{Client, Failure};
    ///
    /// # fn both(client: &Client) -> Result<(Vec<String>, Vec<String>), Failure> {
    /// let pods = client.begin(client.get("/pods"));
    /// let nodes = client.send(client.get("/nodes"))?.json()?;
    /// Ok((nodes, pods.finish()?.json()?))
    /// # }
    /// ```
    pub fn begin(&self, request: Request) -> Begun {
        let request = Self::named(self.prepared(request));
        Begun::new(self.clone(), request)
    }

    pub(super) fn tries<T>(
        &self,
        request: Request,
        attempt: impl Fn(Request) -> Result<T, Failure>,
        advice: impl Fn(&T) -> Advice,
    ) -> Result<T, Failure> {
        let request = Self::named(self.prepared(request));
        let began = clock::now();
        let mut breaker = Breaker::of(request.origin());
        breaker.check(request.origin(), began)?;
        let whole = u64::try_from(self.deadline.as_millis()).unwrap_or(u64::MAX);
        let mut waited = 0;
        let mut tried = 0;
        loop {
            tried += 1;
            // The clock counts whole seconds: what was waited is known better.
            let passed =
                |waited: u64| waited.max(u64::from(clock::now().saturating_sub(began)) * 1000);
            let left = whole.saturating_sub(passed(waited)).max(1);
            let outcome = attempt(request.clone().deadline(Duration::from_millis(left)));
            let now = clock::now();
            let advice = match &outcome {
                Ok(answer) => advice(answer),
                Err(failure) => retry::of_failure(failure),
            };
            let failed = advice.is_passing;
            breaker.note(failed, now);
            if !failed || tried == retry::TRIES || !request.may_be_repeated() {
                return outcome;
            }
            let pause = retry::pause(&advice, tried, now);
            if passed(waited).saturating_add(pause) >= whole
                || breaker.check(request.origin(), now).is_err()
            {
                return outcome;
            }
            clock::wait(Duration::from_millis(pause));
            waited = passed(waited).saturating_add(pause);
        }
    }

    /// Sends a request for the first page of a list and then one for every further page.
    ///
    /// ```no_run
    /// use portcullis_plugin::{Client, Failure, Paging};
    ///
    /// # fn nodes(client: &Client) -> Result<Vec<String>, Failure> {
    /// let mut names = Vec::new();
    /// for page in client.pages(client.get("/nodes"), Paging::Link) {
    ///     names.extend(page?.json::<Vec<String>>()?);
    /// }
    /// # Ok(names) }
    /// ```
    #[must_use]
    pub fn pages<'c>(&'c self, first: Request, paging: Paging<'c>) -> Pages<'c> {
        Pages::new(self, first, paging)
    }

    /// With an id by which the server knows all its tries.
    fn named(request: Request) -> Request {
        if request.has_header(REQUEST_ID) {
            return request;
        }
        request.header(REQUEST_ID, &random::random_id())
    }

    pub(super) fn whole_deadline(&self) -> Duration {
        self.deadline
    }

    fn prepared(&self, request: Request) -> Request {
        match &self.secret {
            Some(secret) if !request.has_secret_header() => request.bearer(secret),
            _ => request,
        }
    }
}
