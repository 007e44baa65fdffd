//! The provider of the engine's tests, for a real Terraform: one of everything that can be served.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs,
    reason = "it fails on purpose"
)]

#[path = "../tests/engine/warehouse/mod.rs"]
mod warehouse;

use std::process::ExitCode;

use tfplugin::serve::{About, Serve};

fn main() -> ExitCode {
    let about = About {
        name: "warehouse",
        address: "example.com/examples/warehouse",
        install: "Put it where `dev_overrides` points.",
    };
    Serve::new(about).run(warehouse::server())
}
