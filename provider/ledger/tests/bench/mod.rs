//! What the tests put on their bench: a scratch directory and drafts.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses its own part"
)]

pub mod process;

use std::path::{Path, PathBuf};

use portcullis_ledger::{Author, Device, Draft, Object, Sqlite};
use serde_json::json;
use tempfile::TempDir;

/// A scratch directory in which a ledger may come to be.
pub struct Bench {
    path: PathBuf,
    _scratch: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let scratch = TempDir::new().unwrap();
        Self {
            path: scratch.path().join("deep/er/ledger.db"),
            _scratch: scratch,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn ledger(&self, run: &str) -> Sqlite {
        Sqlite::new(&self.path, author(run))
    }

    pub fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.path).unwrap()
    }
}

pub fn author(run: &str) -> Author {
    Author {
        actor: "ci:test".to_owned(),
        run: run.to_owned(),
    }
}

pub fn identity(key: &str) -> Draft {
    draft(Object::Identity, key)
}

pub fn pool<const N: usize>(key: &str, devices: [&str; N]) -> Draft {
    let devices = (0..)
        .zip(devices)
        .map(|(replica, key)| device(key, replica))
        .collect();
    draft(Object::Pool(devices), key)
}

pub fn device(key: &str, replica: u32) -> Device {
    let node = key.split('/').next().unwrap_or_default().to_owned();
    Device {
        key: key.to_owned(),
        replica,
        node,
        model: "H200".to_owned(),
        units: None,
    }
}

fn draft(object: Object, key: &str) -> Draft {
    Draft {
        object,
        key: key.to_owned(),
        owner: "team:risk-ml".to_owned(),
        fingerprint: "f1".to_owned(),
        body: json!({ "name": key, "memory_mib_min": 140_000 }),
    }
}
