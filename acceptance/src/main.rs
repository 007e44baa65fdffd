//! Drives the built programs on real Terraform: `cargo demo`, `cargo verify` and `cargo measure`.
//!
//! Nothing of portcullis is imported here. What a practitioner would run is run, and what they would
//! read is compared.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod case;
mod golden;
mod process;
mod repository;
mod screen;
mod step;
mod terraform;
mod verify;
mod workspace;

/// The three commands of the workspace.
#[derive(Debug, Parser)]
#[command(name = "acceptance", bin_name = "cargo")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run every check: format, lints, licences, tests, real Terraform, examples, generated files
    Verify(verify::Arguments),
}

fn main() -> ExitCode {
    let verdict = match Arguments::parse().verb {
        Verb::Verify(arguments) => verify::verify(&arguments),
    };
    verdict.unwrap_or_else(|problem| {
        screen::complain(&problem);
        ExitCode::FAILURE
    })
}
