//! `portcullis ledger`: what was promised to whom, and whether the ledger is sound.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use comfy_table::{Table, presets::NOTHING};
use portcullis_ledger::{Author, Event, Kind, Ledger as Store, LedgerUrl, Record, Reservation};
use serde::Serialize;

use super::{Exit, Failure, block_on};

/// Show or verify the ledger.
#[derive(Debug, Args)]
pub(crate) struct Ledger {
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
    /// Every record, every reserved device and the latest events.
    Show {
        /// How many of the latest events to show.
        #[arg(long, default_value_t = 10)]
        events: u32,
    },
    /// Look for damage, from the file's structure to reservations that belong to no pool.
    Verify,
}

/// Everything that `ledger show` prints.
#[derive(Debug, Serialize)]
struct Shown {
    ledger: Option<String>,
    records: Vec<Record>,
    reservations: Vec<Reservation>,
    events: Vec<Event>,
}

impl Ledger {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let author = Author {
            actor: "cli".to_owned(),
            run: "cli".to_owned(),
        };
        let store = portcullis_ledger::open(&self.url, author);
        match self.verb {
            Verb::Show { events } => show(&*store, &self.url, events, self.json),
            Verb::Verify => verify(&*store, &self.url, self.json),
        }
    }
}

fn show(store: &dyn Store, url: &LedgerUrl, events: u32, json: bool) -> Result<Exit, Failure> {
    let shown = block_on(read(store, events))?.map_err(Failure::told)?;
    let mut out = io::stdout().lock();
    if json {
        writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&shown).map_err(io::Error::from)?
        )?;
        return Ok(Exit::Pass);
    }
    let Some(id) = &shown.ledger else {
        writeln!(out, "No ledger at {url} yet: the first apply makes it.")?;
        return Ok(Exit::Pass);
    };
    writeln!(out, "Ledger {id} at {url}\n")?;
    let mut records = table(&["KIND", "KEY", "OWNER", "IN A STATE", "UPDATED"]);
    for record in &shown.records {
        let held = if record.acknowledged {
            "yes"
        } else {
            "not yet known"
        };
        records.add_row([
            record.kind.as_str(),
            &record.key,
            &record.owner,
            held,
            &record.updated_at.strftime("%F %T UTC").to_string(),
        ]);
    }
    writeln!(out, "{}\n", records.trim_fmt())?;
    let mut devices = table(&["DEVICE", "MODEL", "POOL", "REPLICA", "OWNER"]);
    for held in &shown.reservations {
        devices.add_row([
            &held.device.key,
            &held.device.model,
            &held.pool,
            &held.device.replica.to_string(),
            &held.owner,
        ]);
    }
    writeln!(out, "{}\n", devices.trim_fmt())?;
    let mut log = table(&["EVENT", "AT", "WHAT", "BY"]);
    for event in &shown.events {
        log.add_row([
            event.seq.to_string(),
            event.at.strftime("%F %T UTC").to_string(),
            format!(
                "{} {} {}",
                event.topic.as_str(),
                event.key,
                event.action.as_str()
            ),
            event.author.actor.clone(),
        ]);
    }
    writeln!(out, "{}", log.trim_fmt())?;
    Ok(Exit::Pass)
}

async fn read(store: &dyn Store, events: u32) -> Result<Shown, portcullis_ledger::Error> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        records.extend(store.list(kind).await?);
    }
    let mut log = store.events(0, u32::MAX).await?;
    let latest = log.split_off(log.len().saturating_sub(events as usize));
    Ok(Shown {
        ledger: store.id().await?,
        records,
        reservations: store.reservations().await?,
        events: latest,
    })
}

fn verify(store: &dyn Store, url: &LedgerUrl, json: bool) -> Result<Exit, Failure> {
    // What is not there has no flaws, and a wrong URL is not to be told that it is sound.
    if block_on(store.id())?.map_err(Failure::told)?.is_none() {
        return Err(Failure::Answer(format!(
            "Ledger is missing\n\nAsked to verify `{url}`; there is no ledger.\n\nCorrect `--url`, or apply once, which \
             makes it.\n\nledger-missing"
        )));
    }
    let flaws = block_on(store.verify())?.map_err(Failure::told)?;
    let mut out = io::stdout().lock();
    if json {
        writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&flaws).map_err(io::Error::from)?
        )?;
    } else if flaws.is_empty() {
        writeln!(out, "Sound: {url}")?;
    } else {
        for flaw in &flaws {
            writeln!(out, "{}: {}", flaw.rule, flaw.found)?;
        }
    }
    Ok(if flaws.is_empty() {
        Exit::Pass
    } else {
        Exit::Violation
    })
}

/// A table without lines, as `kubectl` and `gh` print them: easy to read and to cut.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}
