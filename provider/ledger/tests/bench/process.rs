//! A writer in a process of its own, to be killed, starved or raced.
//!
//! The process is the test binary again with one test selected. Each test file that uses it has a test
//! `as_a_writer`, which says what such a process does.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use portcullis_ledger::{Ledger, Sqlite};

use super::{author, identity};

/// Set in the environment of a writer.
const WRITER: &str = "LEDGER_TEST_WRITER";
const RUN: &str = "LEDGER_TEST_RUN";

const CLIENTS: usize = 8;

/// The command of a writer; `before` is put in front of it, such as a shell that sets limits.
pub fn writer(before: &[&str], path: &Path, run: &str) -> Command {
    let binary = std::env::current_exe().unwrap();
    let mut words = before
        .iter()
        .map(std::ffi::OsStr::new)
        .chain([binary.as_os_str()]);
    let mut command = Command::new(words.next().unwrap());
    command
        .args(words)
        .args(["--exact", "as_a_writer", "--nocapture", "--test-threads=1"])
        .env(WRITER, path)
        .env(RUN, run)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// What a writer said on lines that begin with `word`, until its pipe breaks.
pub fn said(child: &mut Child, word: &'static str) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    lines.filter_map(move |line| line.strip_prefix(word).map(|rest| rest.trim().to_owned()))
}

/// Says one line in one write, of which a killed process leaves no half. It begins with a line break, because the test
/// harness may have begun a line of its own.
pub fn say(line: &str) {
    std::io::stdout()
        .write_all(format!("\n{line}\n").as_bytes())
        .unwrap();
}

/// The ledger and the run of this process; `None` where it is no writer.
pub fn this_writer() -> Option<(Arc<Sqlite>, String)> {
    let path = std::env::var_os(WRITER)?;
    let run = std::env::var(RUN).unwrap();
    Some((Arc::new(Sqlite::new(path, author(&run))), run))
}

/// Eight clients that create records until one fails, and say aloud what they were told: `told <key>`, at the end
/// `failed <code>`. Does nothing where this process is no writer.
pub async fn write_for_ever() {
    let Some((ledger, run)) = this_writer() else {
        return;
    };
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (ledger, run) = (Arc::clone(&ledger), run.clone());
        clients.spawn(async move {
            for n in 0.. {
                let key = format!("{run}/{client}/{n}");
                if let Err(error) = ledger.create(identity(&key)).await {
                    return say(&format!("failed {}", error.code()));
                }
                say(&format!("told {key}"));
            }
        });
    }
    clients.join_all().await;
}
