//! `portcullis inventory`: the GPUs that there are, and what is offered.

mod live;
mod offers;

use clap::{Args, Subcommand};

use super::{Exit, Failure};

/// Show the GPUs of this host, of fleet files, or of what connectors said.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Inventory {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    live: live::Live,
}

/// Each verb is documented where it is written.
#[derive(Debug, Subcommand)]
enum Verb {
    Offers(offers::Offers),
}

impl Inventory {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self.verb {
            None => self.live.run(),
            Some(Verb::Offers(verb)) => verb.run(),
        }
    }
}
