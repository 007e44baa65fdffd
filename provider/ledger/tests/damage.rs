//! A byte that changed in the file is noticed, or changes nothing that anybody reads.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod bench;

use std::fs;
use std::path::Path;

use bench::{Bench, author, identity, pool};
use portcullis_ledger::{Error, Event, Kind, Ledger, Record, Reservation, Sqlite};

type Everything = (
    Option<String>,
    Vec<Vec<Record>>,
    Vec<Reservation>,
    Vec<Event>,
);

async fn read_everything(path: &Path) -> Result<Everything, Error> {
    let ledger = Sqlite::new(path, author("reader"));
    let mut records = Vec::new();
    for kind in Kind::ALL {
        records.push(ledger.list(kind).await?);
    }
    Ok((
        ledger.id().await?,
        records,
        ledger.reservations().await?,
        ledger.events(0, 1000).await?,
    ))
}

/// Whether a byte lies in a page that describes the tables: where such pages were split, they keep dead bytes.
fn describes_tables(file: &[u8], at: usize) -> bool {
    const PAGE: usize = 4096;
    let page = &file[at / PAGE * PAGE..][..PAGE];
    page.windows(7).any(|word| word == b"CREATE ")
}

#[tokio::test]
async fn no_flipped_byte_passes_for_a_promise() {
    let bench = Bench::new();
    let ledger = bench.ledger("run-1");
    for n in 0..6 {
        ledger
            .create(identity(&format!("prod/workload-{n}")))
            .await
            .unwrap();
    }
    ledger
        .create(pool("scoring", ["n1/0", "n1/1", "n2/0"]))
        .await
        .unwrap();
    ledger
        .create(pool("training", ["n3/0", "n3/1"]))
        .await
        .unwrap();
    drop(ledger);
    // Everything into the one file.
    bench
        .sqlite()
        .execute_batch("PRAGMA wal_checkpoint(truncate)")
        .unwrap();
    let sound = fs::read(bench.path()).unwrap();
    let expected = read_everything(bench.path()).await.unwrap();

    let scratch = tempfile::TempDir::new().unwrap();
    let path = scratch.path().join("ledger.db");
    let (mut noticed, mut harmless) = (0, 0);
    // Zeros are mostly unused space; every other byte of the file is flipped in turn, in another bit each time.
    let used = sound
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte != 0)
        .map(|(at, _)| at);
    for at in used.step_by(3) {
        let mut damaged = sound.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&path, damaged).unwrap();
        match read_everything(&path).await {
            Err(Error::Corrupt { .. } | Error::Newer { .. }) => {
                noticed += 1;
                if noticed % 8 == 0 {
                    let verdict = Sqlite::new(&path, author("reader")).verify().await;
                    assert!(
                        verdict != Ok(Vec::new()),
                        "byte {at} is not found by verify"
                    );
                }
            }
            Err(other) => panic!("byte {at}: {other}"),
            Ok(found) => {
                assert!(
                    found == expected,
                    "byte {at} changed what is read, and nobody noticed"
                );
                harmless += u32::from(!describes_tables(&sound, at));
            }
        }
    }
    // The tables' own texts fill more than a page, and SQLite leaves a copy of them in unused space.
    assert!(noticed > harmless, "{noticed} noticed, {harmless} harmless");
}
