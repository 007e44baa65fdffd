//! Standing in for a provider to see what the real one uses: memory and processor time, start to end.
//!
//! Terraform starts providers itself and several times a command, so they are watched from where it starts
//! them: this program under the provider's name, which starts the real one, waits, and notes what it used.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

/// Names the program to start.
pub(crate) const PROGRAM: &str = "PORTCULLIS_WATCHED_PROGRAM";
/// Names the file that gets one JSON line for each start.
pub(crate) const NOTES: &str = "PORTCULLIS_WATCHED_NOTES";

/// What one start of a provider used.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Used {
    pub(crate) peak_kib: i64,
    pub(crate) cpu_microseconds: i64,
}

/// Whether this process was started under a provider's name.
pub(crate) fn is_asked() -> bool {
    let name = env::args_os().next().unwrap_or_default();
    let name = Path::new(&name).file_name().unwrap_or_default();
    name.to_string_lossy().starts_with("terraform-provider-") && env::var_os(PROGRAM).is_some()
}

/// Runs the real provider to its end and notes what it used.
///
/// # Errors
/// When it cannot be started or the note cannot be written.
pub(crate) fn watch() -> Result<ExitCode> {
    let program = env::var_os(PROGRAM).context("no program to watch")?;
    let notes = env::var_os(NOTES).context("no file for notes")?;
    let status = Command::new(program)
        .args(env::args_os().skip(1))
        .status()?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let (user, system) = (usage.user_time(), usage.system_time());
    let used = Used {
        peak_kib: usage.max_rss(),
        cpu_microseconds: (user.tv_sec() + system.tv_sec()) * 1_000_000
            + user.tv_usec()
            + system.tv_usec(),
    };
    let mut notes = OpenOptions::new().create(true).append(true).open(notes)?;
    writeln!(notes, "{}", serde_json::to_string(&used)?)?;
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Ok(ExitCode::from(code))
}
