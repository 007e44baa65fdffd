//! What a connector has between its calls.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::grants::Grants;
use crate::http::Network;
use crate::keyring::Keyring;
use crate::limits::Limits;
use crate::memory::Memory;
use crate::scrub::Scrubber;
use crate::traffic::Traffic;

/// Guests of one connector that are there at once. Fewer than the sandbox has seats, so that one connector that hangs
/// leaves room for the others.
const GUESTS: usize = 16;

/// What the calls of one `connector` block share, and no other block sees. Lives as long as the run.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) guests: Arc<Semaphore>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) scrubber: Arc<Scrubber>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) network: Network,
}

impl Session {
    pub(crate) fn new(grants: &Grants, limits: &Limits, network: &Network) -> Self {
        Self {
            guests: Arc::new(Semaphore::new(GUESTS)),
            traffic: Arc::new(Traffic::new(
                limits.http_requests_in_flight,
                limits.http_requests_per_second,
            )),
            memory: Arc::default(),
            scrubber: Arc::new(Scrubber::of(grants.values())),
            keyring: Arc::new(Keyring::new(&grants.fetched)),
            network: match grants.authorities.as_slice() {
                [] => network.clone(),
                authorities => network.only(authorities),
            }
            .identified(grants.client.as_ref()),
        }
    }
}
