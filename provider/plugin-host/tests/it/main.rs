//! The host with real components: ours, hostile ones, and ones of another contract.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod aws;
mod cache;
mod captured;
mod compiler;
mod evolution;
mod exporter;
mod faults;
mod fuzz;
mod gpu_budget;
mod grpc;
mod guests;
mod hostile;
mod http2;
mod keyring;
mod kubernetes;
mod languages;
mod loading;
mod names;
mod net;
mod network;
mod nodes;
mod openbao;
mod peer;
mod prometheus;
mod secrets;
mod server;
mod sigv4;
mod slurm;
mod stage;
mod streams;
mod support;
mod template;
mod texts;
mod traffic;
mod trust;
