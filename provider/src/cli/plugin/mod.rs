//! `portcullis plugin`: write, test, pin and trust WebAssembly plugins. One file a verb.

mod lock;
mod pull;
mod push;
mod registry;
mod screen;
mod sign;
mod signing_key;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use portcullis_plugin_host::{Host, HostConfig};

use super::{Exit, Failure, block_on};
use crate::configure::{CACHE_DIR, LOCK_FILE};

/// Write, test, pin and trust WebAssembly plugins.
#[derive(Debug, Args)]
pub(crate) struct Plugin {
    #[command(subcommand)]
    verb: Verb,
}

/// Each verb is documented where it is written.
#[derive(Debug, Subcommand)]
enum Verb {
    Lock(lock::Lock),
    Pull(pull::Pull),
    Push(push::Push),
    Sign(sign::Sign),
    Verify(verify::Verify),
}

impl Plugin {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self.verb {
            Verb::Lock(verb) => verb.run(),
            Verb::Pull(verb) => verb.run(),
            Verb::Push(verb) => verb.run(),
            Verb::Sign(verb) => verb.run(),
            Verb::Verify(verb) => verb.run(),
        }
    }
}

/// A host with the cache that the provider uses, so that what is compiled here is not compiled while planning.
fn host() -> Host {
    let clock =
        Arc::new(|| u32::try_from(crate::clock::Clock.now().as_second()).unwrap_or(u32::MAX));
    Host::new(HostConfig {
        cache_dir: Some(PathBuf::from(CACHE_DIR)),
        ..HostConfig::new(clock)
    })
}
