//! SQLite files read and changed from outside.
//!
//! Through Python's own SQLite, so that a mistake in the one that the provider embeds cannot hide itself.

use std::path::Path;

use anyhow::Result;
use serde::de::DeserializeOwned;

use crate::workspace::Workspace;

/// Runs one statement, which must touch a row.
///
/// # Errors
/// What SQLite says.
pub(crate) fn execute(workspace: &Workspace, file: &str, statement: &str) -> Result<()> {
    const SCRIPT: &str = "import sqlite3, sys\n\
        db = sqlite3.connect(sys.argv[1])\n\
        db.execute('PRAGMA foreign_keys = ON')\n\
        touched = db.execute(sys.argv[2]).rowcount\n\
        db.commit()\n\
        sys.exit(touched < 1)";
    let finished = python(workspace)
        .args(["-c", SCRIPT, file, statement])
        .run()?;
    finished
        .success(&format!("`{statement}` (which must touch a row)"))
        .map(|_| ())
}

/// The rows that a query gives.
///
/// # Errors
/// What SQLite says, or rows of another shape.
pub(crate) fn rows<T: DeserializeOwned>(
    workspace: &Workspace,
    file: &str,
    query: &str,
) -> Result<Vec<T>> {
    const SCRIPT: &str = "import json, sqlite3, sys\n\
        print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))";
    let printed = python(workspace)
        .args(["-c", SCRIPT, file, query])
        .stdout()?;
    Ok(serde_json::from_slice(&printed)?)
}

fn python(workspace: &Workspace) -> crate::process::Process {
    workspace.process(Path::new("python3"))
}
