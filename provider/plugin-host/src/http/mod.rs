//! Requests of guests: checked here, sent from here, and nowhere else.

mod address;
mod connection;
mod gate;
mod header;
mod network;
mod rights;
pub(crate) mod target;

pub(crate) use gate::Gate;
pub use network::{Network, Resolve, Resolving};
