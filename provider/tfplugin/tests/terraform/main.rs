//! The example providers under real Terraform: the one installed, and 1.15 for what came after 1.13.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    reason = "a test fails by panicking, and says what it did not run"
)]

mod minimal;
mod warehouse;
mod workspace;
