//! portcullis: a Terraform provider and a CLI that declare AI workload identities, GPU pools and permission splits.
//!
//! This crate is the composition. The rules are in the crates it wires together; docs/ARCHITECTURE.md is the map.

pub mod answers;
pub mod audit;
pub mod board;
pub mod checks;
mod cli;
pub mod clock;
pub mod config;
mod configure;
pub mod configured;
mod count;
pub mod data_sources;
pub mod functions;
pub mod judge;
pub mod known;
pub mod leases;
pub mod lifecycle;
mod offers;
pub mod party;
pub mod placing;
mod plugin_config;
pub mod policy;
pub mod promised;
pub mod realize;
pub mod resources;
mod said;
pub mod seen;
mod serve;
mod snapshot_cache;
pub mod sources;
pub mod standing;
mod world;

use std::process::ExitCode;

use portcullis_plugin_host::{Compiler, compile_main};

pub use configured::Configured;
pub use serve::server;

/// Serves Terraform when Terraform started this process, compiles a plugin when another process of this program asks for
/// it, and is the CLI otherwise.
#[must_use]
pub fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|verb| verb == Compiler::VERB)
    {
        return compile_main();
    }
    let started_by_terraform = std::env::var_os("TF_PLUGIN_MAGIC_COOKIE").is_some();
    if started_by_terraform {
        return serve::serve(false);
    }
    cli::main()
}
