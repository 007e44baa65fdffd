//! How many changes a second the ledger commits, beside a bare SQLite loop on the same disk; prints JSON.
//!
//! `cargo run --release -p portcullis-ledger --example commits [directory]`, the working directory unless told.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_ledger::{Author, Device, Draft, Kind, Ledger, Object, Sqlite};
use rusqlite::Connection;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The ways are measured in turns of this length, so that a busy moment of the machine strikes all of them.
const TURN: Duration = Duration::from_millis(500);
const ROUNDS: u32 = 4;

fn main() -> Outcome<()> {
    let place = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let scratch = tempfile::TempDir::new_in(place)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()?;
    let (mut bare, mut one, mut many) = (Tally::default(), Tally::default(), Tally::default());
    for round in 0..ROUNDS {
        let path = |way: &str| scratch.path().join(format!("{way}-{round}.db"));
        bare.add(&bare_loop(&path("bare"))?);
        one.add(&runtime.block_on(clients(1, &path("one")))?);
        many.add(&runtime.block_on(clients(64, &path("many")))?);
    }
    let path = scratch.path().join("plan.db");
    runtime.block_on(fill(&path))?;
    let plan = runtime.block_on(plan(&path))?;
    let figures = json!({
        "bare_sqlite_commits_per_second": bare.rate(),
        "ledger_commits_per_second_1_client": one.rate(),
        "ledger_commits_per_second_64_clients": many.rate(),
        "ledger_longest_wait_ms_64_clients": milliseconds(many.longest),
        "ledger_first_read_ms_1000_records_10000_devices": milliseconds(plan.first),
        "ledger_each_of_1000_records_ms": milliseconds(plan.each),
        "ledger_reservations_ms_10000_devices": milliseconds(plan.reservations),
    });
    writeln!(std::io::stdout(), "{figures:#}")?;
    Ok(())
}

/// What one way achieved.
#[derive(Default)]
struct Tally {
    commits: u32,
    took: Duration,
    longest: Duration,
}

impl Tally {
    fn add(&mut self, turn: &Self) {
        self.commits += turn.commits;
        self.took += turn.took;
        self.longest = self.longest.max(turn.longest);
    }

    fn rate(&self) -> f64 {
        (f64::from(self.commits) / self.took.as_secs_f64()).round()
    }
}

/// One connection, one row a transaction, the same durability: what SQLite and this disk can do at all.
fn bare_loop(path: &Path) -> Outcome<Tally> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = full; \
         CREATE TABLE record (key TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID",
    )?;
    let body = json!({ "class": "serving", "environment": "production" }).to_string();
    let (mut commits, mut longest, started) = (0, Duration::ZERO, Instant::now());
    while started.elapsed() < TURN {
        let asked = Instant::now();
        connection
            .prepare_cached("INSERT INTO record VALUES (?1, ?2)")?
            .execute((format!("production/workload-{commits}"), &body))?;
        longest = longest.max(asked.elapsed());
        commits += 1;
    }
    Ok(Tally {
        commits,
        took: started.elapsed(),
        longest,
    })
}

/// Clients that each create one record after the other.
async fn clients(count: u32, path: &Path) -> Outcome<Tally> {
    let ledger = Arc::new(Sqlite::new(path, author()));
    let started = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for client in 0..count {
        let ledger = Arc::clone(&ledger);
        running.spawn(async move {
            let (mut commits, mut longest) = (0, Duration::ZERO);
            while started.elapsed() < TURN {
                let asked = Instant::now();
                ledger.create(draft(client, commits)).await?;
                longest = longest.max(asked.elapsed());
                commits += 1;
            }
            Outcome::Ok((commits, longest))
        });
    }
    let mut tally = Tally::default();
    while let Some(done) = running.join_next().await {
        let (commits, longest) = done??;
        tally.commits += commits;
        tally.longest = tally.longest.max(longest);
    }
    tally.took = started.elapsed();
    Ok(tally)
}

const RECORDS: u32 = 1_000;
const DEVICES: u32 = 10_000;

/// Records a thousand identities, and a pool of ten thousand devices.
async fn fill(path: &Path) -> Outcome<()> {
    let ledger = Arc::new(Sqlite::new(path, author()));
    let mut running = tokio::task::JoinSet::new();
    for n in 0..RECORDS {
        let ledger = Arc::clone(&ledger);
        running.spawn(async move { ledger.create(draft(0, n)).await });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    let device = |n: u32| Device {
        key: format!("cluster/node-{}/GPU-{n}", n / 8),
        replica: n / 8,
        node: format!("node-{}", n / 8),
        model: "H200".to_owned(),
        units: None,
    };
    let object = Object::Pool((0..DEVICES).map(device).collect());
    ledger
        .create(Draft {
            object,
            key: "scoring".to_owned(),
            ..draft(0, 0)
        })
        .await?;
    ledger.close().await?;
    Ok(())
}

/// What a plan waits for.
struct Plan {
    /// The inspection of a file that this process has not seen, and the id of the ledger.
    first: Duration,
    /// Every record by its key, all asked at once.
    each: Duration,
    reservations: Duration,
}

async fn plan(path: &Path) -> Outcome<Plan> {
    let ledger = Arc::new(Sqlite::new(path, author()));
    let asked = Instant::now();
    ledger.id().await?;
    let first = asked.elapsed();

    let asked = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for n in 0..RECORDS {
        let ledger = Arc::clone(&ledger);
        running.spawn(async move { ledger.get(Kind::Identity, &draft(0, n).key).await });
    }
    while let Some(done) = running.join_next().await {
        done??.ok_or("a record is not there")?;
    }
    let each = asked.elapsed();

    let asked = Instant::now();
    ledger.reservations().await?;
    Ok(Plan {
        first,
        each,
        reservations: asked.elapsed(),
    })
}

/// To a tenth.
fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1e4).round() / 10.0
}

fn author() -> Author {
    Author {
        actor: "measure".to_owned(),
        run: "measure".to_owned(),
    }
}

fn draft(client: u32, n: u32) -> Draft {
    Draft {
        object: Object::Identity,
        key: format!("production/workload-{client}-{n}"),
        owner: "team:risk-ml".to_owned(),
        fingerprint: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        body: json!({ "class": "serving", "environment": "production" }),
    }
}
