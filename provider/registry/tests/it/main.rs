//! Fetching and publishing with a real docker-registry, and with servers that mean no good.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking, and says on standard output what it left out"
)]

mod docker_registry;
mod hostile;
mod real;
