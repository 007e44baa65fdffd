//! Requests of guests: checked here, sent from here, and nowhere else.

pub(crate) mod address;
mod connection;
mod gate;
mod header;
mod network;
mod record;
pub(crate) mod rights;
pub(crate) mod target;

pub(crate) use gate::Gate;
pub use network::{Network, Resolve, Resolving};
pub use record::{RequestOutcome, RequestRecord};
