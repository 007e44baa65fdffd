//! Runs a provider as a process that Terraform starts: handshake, mutual TLS, and the life of the process around them.

pub mod stop;

pub use stop::{StopListener, StopSignal};
