//! The engine under a provider of its own, through the service that core calls, without transport.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod apply;
mod configure;
mod core;
mod diagnostics;
mod identity;
mod others;
mod plan;
mod property;
mod rack;
mod read;
mod served;
mod shapes;
mod stored;
mod warehouse;
