//! `portcullis plugin`, run as people run it, with the real minisign and a real docker-registry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking, and says on standard output what it left out"
)]

mod call;
#[path = "../../registry/tests/it/docker_registry.rs"]
mod docker_registry;
mod folder;
mod guide;
mod look;
mod project;
mod registry;
mod trust;
