//! Requests of guests: checked here, sent from here, and nowhere else.

pub(crate) mod address;
mod arriving;
mod body;
mod connection;
mod deadline;
mod exchange;
pub(crate) mod failure;
mod fetched;
mod filled;
mod gate;
mod grpc;
mod header;
mod kept;
mod network;
mod operation;
mod record;
pub(crate) mod rights;
mod signed;
mod sigv4;
pub(crate) mod target;

pub(crate) use gate::{Circumstances, Gate};
pub use network::{Network, Resolve, Resolving};
pub(crate) use record::Records;
pub use record::{RequestOutcome, RequestRecord};
#[allow(
    unreachable_pub,
    reason = "generated bindings name these types by public paths"
)]
pub use {exchange::Exchange, grpc::ReplyStream};
