//! The provider process as its host sees it: each rule of the handshake and of the process's life, and what happens to
//! who breaks it. Runs the example `wire` and drives it with a client of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod client_key;
mod connect;
mod debug;
mod handshake;
mod host;
mod lifetime;
mod log;
mod rpcs;
mod tls;
