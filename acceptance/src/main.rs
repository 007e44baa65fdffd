//! Drives the built programs on real Terraform: `cargo demo`, `cargo verify` and `cargo measure`.
//!
//! Nothing of portcullis is imported here. What a practitioner would run is run, and what they would
//! read is compared.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod browser;
mod case;
mod compiled;
mod demo;
mod folder;
mod golden;
mod guide;
mod killmatrix;
mod measure;
mod process;
mod repository;
mod screen;
mod servers;
mod sqlite;
mod step;
mod terraform;
mod verify;
mod watch;
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
    /// Show the main job in a scratch directory
    Demo(demo::Arguments),
    /// Run every check: format, lints, licences, tests, real Terraform, examples, generated files
    Verify(verify::Arguments),
    /// Measure figures beside their targets and write docs/measurements.md
    Measure(measure::Arguments),
}

fn main() -> ExitCode {
    let verdict = if watch::is_asked() {
        watch::watch()
    } else {
        match Arguments::parse().verb {
            Verb::Demo(arguments) => demo::demo(&arguments),
            Verb::Verify(arguments) => verify::verify(&arguments),
            Verb::Measure(arguments) => measure::measure(&arguments),
        }
    };
    verdict.unwrap_or_else(|problem| {
        screen::complain(&problem);
        ExitCode::FAILURE
    })
}
