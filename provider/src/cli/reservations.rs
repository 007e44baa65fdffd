//! `portcullis reservations`: who holds which GPUs, and taking them from who should not.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::{Args, Subcommand};
use portcullis_ledger::{Author, Ledger as Store, LedgerUrl, Reservation};
use serde_json::json;

use super::ledger::table;
use super::{Exit, Failure, block_on};

/// List the GPUs that pools hold, or free those of a pool.
#[derive(Debug, Args)]
pub(crate) struct Reservations {
    /// Where the ledger is.
    #[arg(
        long,
        global = true,
        default_value = "sqlite:.portcullis/ledger.db",
        env = "PORTCULLIS_LEDGER"
    )]
    url: LedgerUrl,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Pools with the GPUs that they hold, since when and until when.
    List {
        /// Only this pool, with every device.
        pool: Option<String>,
    },
    /// Take all GPUs from a pool, whoever holds it. Its record stays, and its next plan looks for GPUs again.
    Free {
        /// The pool.
        pool: String,
        /// Why; recorded as an event of the ledger.
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
        /// Who does it, for the event.
        #[arg(long, env = "USER", default_value = "unknown")]
        actor: String,
    },
}

impl Reservations {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self.verb {
            Verb::List { pool } => {
                let store = open(&self.url, "cli");
                let held = match &pool {
                    Some(pool) => block_on(store.reservations_of(pool))?,
                    None => block_on(store.reservations())?,
                };
                let held = held.map_err(Failure::told)?;
                match (self.json, pool) {
                    (true, _) => print_json(&held)?,
                    (false, Some(_)) => print_devices(&held)?,
                    (false, None) => print_pools(&held)?,
                }
                Ok(Exit::Pass)
            }
            Verb::Free {
                pool,
                reason,
                actor,
            } => {
                let store = open(&self.url, &actor);
                let freed = block_on(async {
                    let freed = store.free(&pool, &reason).await?;
                    store.close().await?;
                    Ok::<_, portcullis_ledger::Error>(freed)
                });
                let freed = freed?.map_err(Failure::told)?;
                let mut out = io::stdout().lock();
                if self.json {
                    writeln!(out, "{}", json!({"pool": pool, "freed": freed}))?;
                } else {
                    writeln!(out, "Freed {} GPUs of pool `{pool}`", freed.len())?;
                    for device in freed {
                        writeln!(out, "  {device}")?;
                    }
                }
                Ok(Exit::Pass)
            }
        }
    }
}

fn open(url: &LedgerUrl, actor: &str) -> std::sync::Arc<dyn Store> {
    let author = Author {
        actor: actor.to_owned(),
        run: "cli".to_owned(),
    };
    portcullis_ledger::open(url, author)
}

fn print_json(held: &[Reservation]) -> io::Result<()> {
    let text = serde_json::to_string_pretty(held)?;
    writeln!(io::stdout().lock(), "{text}")
}

fn print_pools(held: &[Reservation]) -> io::Result<()> {
    let mut pools: BTreeMap<&str, Vec<&Reservation>> = BTreeMap::new();
    for one in held {
        pools.entry(&one.pool).or_default().push(one);
    }
    let mut rows = table(&["POOL", "OWNER", "GPUS", "SINCE", "LEASE"]);
    for (pool, held) in pools {
        let since = held.iter().map(|one| one.since).min().unwrap_or_default();
        rows.add_row([
            pool.to_owned(),
            held.first()
                .map(|one| one.owner.clone())
                .unwrap_or_default(),
            held.len().to_string(),
            since.strftime("%F %T UTC").to_string(),
            held.first().map_or_else(String::new, |one| lease(one)),
        ]);
    }
    writeln!(io::stdout().lock(), "{}", rows.trim_fmt())
}

/// A pool that a state holds needs no lease.
fn lease(held: &Reservation) -> String {
    match held.lease_until {
        None => "none needed".to_owned(),
        Some(_) if held.expired => "over".to_owned(),
        Some(until) => until.strftime("until %F %T UTC").to_string(),
    }
}

fn print_devices(held: &[Reservation]) -> io::Result<()> {
    let mut rows = table(&["DEVICE", "MODEL", "REPLICA", "SINCE", "LEASE"]);
    for one in held {
        rows.add_row([
            one.device.key.clone(),
            one.device.model.clone(),
            one.device.replica.to_string(),
            one.since.strftime("%F %T UTC").to_string(),
            lease(one),
        ]);
    }
    writeln!(io::stdout().lock(), "{}", rows.trim_fmt())
}
