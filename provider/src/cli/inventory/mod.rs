//! `portcullis inventory`: the GPUs that there are, and what is offered.

mod diff;
mod live;
mod offers;
mod publish;
mod show;
mod snapshot;

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
    Snapshot(snapshot::Snapshot),
    Show(show::Show),
    Diff(diff::Diff),
    Publish(publish::Publish),
}

impl Inventory {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self.verb {
            None => self.live.run(),
            Some(Verb::Offers(verb)) => verb.run(),
            Some(Verb::Snapshot(verb)) => verb.run(),
            Some(Verb::Show(verb)) => verb.run(),
            Some(Verb::Diff(verb)) => verb.run(),
            Some(Verb::Publish(verb)) => verb.run(),
        }
    }
}
