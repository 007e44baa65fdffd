//! A request that is under way while the plugin does something else.

use std::cell::Cell;

use crate::Failure;
use crate::http::{Client, Exchange, Request, Response, retry};

/// A request that is under way while the plugin does something else; see [`Client::begin`].
#[derive(Debug)]
#[must_use = "a request whose answer nobody waits for is given up"]
pub struct Begun {
    client: Client,
    request: Request,
    /// The first try.
    first: Result<Exchange, Failure>,
}

impl Begun {
    pub(super) fn new(client: Client, request: Request) -> Self {
        let first = request.clone().deadline(client.whole_deadline()).open();
        Self {
            client,
            request,
            first,
        }
    }

    /// Waits for the whole answer, and sends the request again where [`Client::send`] would.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn finish(self) -> Result<Response, Failure> {
        let first = Cell::new(Some(self.first));
        let attempt = |request: Request| match first.take() {
            Some(first) => first?.whole(),
            None => request.send(),
        };
        self.client.tries(self.request, attempt, retry::of_response)
    }
}
