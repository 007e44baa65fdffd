//! `portcullis plugin`: pin WebAssembly plugins.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use portcullis_plugin_host::{Host, HostConfig, Limits, Lock};

use super::{Exit, Failure, block_on};
use crate::configure::{CACHE_DIR, LOCK_FILE};

/// Work with WebAssembly plugins.
#[derive(Debug, Args)]
pub(crate) struct Plugin {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Pin components in portcullis.lock: their digest, and what they ask for. Commit the file and review its changes.
    Lock {
        /// Components to pin, in the folder of the lock file or below it.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The lock file.
        #[arg(long, default_value = LOCK_FILE)]
        lock: PathBuf,
    },
}

impl Plugin {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let Verb::Lock { files, lock: path } = self.verb;
        let mut lock = Lock::read(&path).map_err(Failure::told)?;
        let mut out = io::stdout().lock();
        for file in files {
            let pinned = lock
                .pin(&file, Limits::default().component_bytes)
                .map_err(Failure::told)?;
            let plugin = lock.plugin(&pinned.after.name).map_err(Failure::told)?;
            // Compiled now, so that no plan waits for it, and refused now when it cannot run here.
            block_on(host().prepare(&plugin))?.map_err(Failure::told)?;
            let word = match &pinned.before {
                None => "Pinned",
                Some(before) if *before == pinned.after => "Unchanged",
                Some(_) => "Changed",
            };
            let entry = &pinned.after;
            writeln!(
                out,
                "{word}: {} {} ({}), sha256 {}",
                entry.name,
                entry.version,
                entry.world.name(),
                entry.sha256
            )?;
            for access in &entry.http {
                let methods = access.methods.join(", ");
                writeln!(
                    out,
                    "  asks for {methods} {}{}",
                    access.origin, access.path_prefix
                )?;
            }
            for secret in &entry.secrets {
                writeln!(
                    out,
                    "  asks for the secret {} in the header {}",
                    secret.name, secret.header
                )?;
            }
        }
        lock.write().map_err(Failure::told)?;
        Ok(Exit::Pass)
    }
}

fn host() -> Host {
    let clock =
        Arc::new(|| u32::try_from(crate::clock::Clock.now().as_second()).unwrap_or(u32::MAX));
    Host::new(HostConfig {
        cache_dir: Some(PathBuf::from(CACHE_DIR)),
        ..HostConfig::new(clock)
    })
}
